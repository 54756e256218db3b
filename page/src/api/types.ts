// The messages under the names that the views use.
import type { Schemas } from "./client";

export type Approval = Schemas["Judgement"];
export type Camera = Schemas["CameraRecord"];
export type Capabilities = Schemas["Capabilities"];
export type Check = Schemas["Check"];
export type Draft = Schemas["DraftResult"];
export type Estimates = Schemas["StageEstimates"];
export type Export = Schemas["ExportResult"];
export type Finding = Schemas["Finding"];
/** What is noticed about a photo; advice has a picture that shows it. */
export type PhotoFinding = Finding & Partial<Pick<Schemas["ShownFinding"], "overlay">>;
export type Job = Schemas["Job"];
export type Level = Schemas["LevelOfDetail"];
export type Mask = Schemas["MaskResult"];
export type Me = Schemas["Me"];
export type Place = Schemas["Place"];
export type Photo = Schemas["UploadedPhoto"];
export type ProfileVerdict = Schemas["ProfileVerdict"];
export type Project = Schemas["StudioProject"];
export type Refinement = Schemas["RefinementResult"];
export type RefinementRequest = Schemas["RefinementRequest"];
export type Rig = Schemas["RigResult"];
export type Side = Schemas["Side"];
export type Stroke = Schemas["Stroke"];
export type StrokeKind = Schemas["StrokeKind"];
export type WireFile = Schemas["File"];
