// The messages under the names that the views use.
import type { Schemas } from "./client";

export type Approval = Schemas["Approval"];
export type Camera = Schemas["Camera"];
export type Capabilities = Schemas["Capabilities"];
export type Check = Schemas["Check"];
export type Draft = Schemas["Draft"];
export type Estimates = Schemas["Estimates"];
export type Export = Schemas["Export"];
export type Finding = Schemas["Finding"];
export type Job = Schemas["Job"];
export type Level = Schemas["Level"];
export type Mask = Schemas["Mask"];
export type Me = Schemas["Me"];
export type Place = Schemas["Place"];
export type Photo = Schemas["Photo"];
export type ProfileVerdict = Schemas["ProfileVerdict"];
export type Project = Schemas["Project"];
export type Refinement = Schemas["Refinement"];
export type RefinementRequest = Schemas["RefinementRequest"];
export type Rig = Schemas["Rig"];
export type Side = Schemas["Side"];
export type Stroke = Schemas["Stroke"];
export type StrokeKind = Schemas["StrokeKind"];
export type WireFile = Schemas["File"];
