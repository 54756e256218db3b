// Step 5: the finished asset, as the file has it.
import { useState } from "preact/hooks";
import { project, refinement, rigs } from "../../state/project";
import { linkTo } from "../../state/router";
import { Empty, Segments } from "../../ui/basics";
import { AssetCanvas } from "./asset-canvas";
import { firstLook, type AssetLook } from "./asset-look";
import { LookPanel } from "./look-panel";
import { QualityPanel } from "./quality-panel";
import { RigPanel } from "./rig-panel";
import { ProductView } from "./product-view";
import type { Shown } from "../../three/asset-stage";

type Panel = "look" | "quality" | "rig";

export function AssetView() {
  const finished = refinement.value;
  const [look, setLook] = useState<AssetLook>(firstLook);
  const [panel, setPanel] = useState<Panel>("look");
  const [shown, setShown] = useState<Shown | null>(null);
  if (!finished) {
    return (
      <div class="alone">
        <Empty icon="asset" title="No finished asset yet">
          <p><a href={linkTo(project.value?.id ?? "", "refine")}>Refine the approved draft</a></p>
        </Empty>
      </div>
    );
  }
  const rig = rigs.value.find((one) => one.refinement_id === finished.id && one.model) ?? null;
  const level = finished.levels[look.level] ?? finished.levels[0];
  const url = look.rigged && rig?.model ? rig.model.url : (level?.model.url ?? "");
  return (
    <div class="split">
      <div class="stage">{look.product ? <ProductView url={url} name={finished.name} /> : <AssetCanvas key={finished.id} url={url} refinement={finished} look={look} setLook={setLook} onShown={setShown} />}</div>
      <aside class="inspector" aria-label="Asset">
        <Segments<Panel> label="Panel" hideLabel value={panel} onChange={setPanel} options={[{ value: "look", text: "View" }, { value: "quality", text: "Quality" }, { value: "rig", text: "Rig" }]} />
        {panel === "look" && <LookPanel refinement={finished} look={look} setLook={setLook} shown={shown} />}
        {panel === "quality" && <QualityPanel refinement={finished} look={look} setLook={setLook} />}
        {panel === "rig" && <RigPanel refinement={finished} look={look} setLook={setLook} shown={shown} />}
      </aside>
    </div>
  );
}
