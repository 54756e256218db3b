// What was measured on the written files.
import type { Finding, Refinement } from "../../api/types";
import { Facts, Section } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { bytes, duration, percent, whole, words } from "../../ui/format";
import { Icon } from "../../ui/icons";
import type { AssetLook } from "./asset-look";

interface Props {
  refinement: Refinement;
  look: AssetLook;
  setLook: (look: AssetLook) => void;
}

export function QualityPanel({ refinement, look, setLook }: Props) {
  const { surface } = refinement;
  const show = (finding: Finding) => setLook({ ...look, product: false, finding: finding === look.finding ? null : finding });
  return (
    <>
      <Section title="Findings">
        <FindingList findings={refinement.findings} chosen={look.finding} onPlace={show} none="Nothing to remark." />
      </Section>
      <Section title="Where the surface comes from">
        <Facts rows={[["Observed", percent(surface.observed)], ["Mirrored", percent(surface.mirrored)], ["Inferred", percent(surface.inferred)]]} />
        <p>
          Pictures for each texel: <a href={`${refinement.confidence.url}?download=true`} download={refinement.confidence.name}>confidence</a>, <a href={`${refinement.origin.url}?download=true`} download={refinement.origin.name}>origin</a>.
        </p>
      </Section>
      <Section title="Agreement with the photos">
        <Facts rows={refinement.agreement.map((one) => [one.photo, `${percent(one.silhouette_iou)} outline, ${one.psnr_db.toFixed(1)} dB`] as const)} />
      </Section>
      {refinement.levels.map((level) => (
        <Section key={level.level} title={`Level ${level.level}`} aside={<a href={`${level.model.url}?download=true`} download={level.model.name}>{bytes(level.model.num_bytes)} GLB</a>}>
          <Facts
            rows={[
              ["Triangles", whole(level.triangles)],
              ["Vertices", whole(level.vertices)],
              ["Watertight", <Yes is={level.watertight} />],
              ["Manifold", <Yes is={level.manifold} />],
              ["Pieces", whole(level.pieces)],
              ["Genus", level.genus === null ? "open" : whole(level.genus)],
              ["Self-intersections", level.self_intersections === null ? "not counted" : whole(level.self_intersections)],
              ["Largest distance to the draft", level.hausdorff_mm === null ? "not measured" : `${level.hausdorff_mm.toFixed(1)} mm`],
            ]}
          />
        </Section>
      ))}
      <Section title="Time">
        <Facts rows={refinement.seconds.map((stage, index) => [`${index + 1}. ${words(stage.stage)}`, stage.reused ? "reused" : duration(stage.seconds)] as const)} />
        <p><a href={`${refinement.report.url}?download=true`} download={refinement.report.name}>report.json</a> has all of it; <a href={refinement.sheet.url} target="_blank" rel="noreferrer">the sheet of pictures</a>.</p>
      </Section>
    </>
  );
}

function Yes({ is }: { is: boolean }) {
  return (
    <span class={`verdict ${is ? "pass" : "fail"}`}>
      <Icon name={is ? "check" : "warn"} />
      {is ? "yes" : "no"}
    </span>
  );
}
