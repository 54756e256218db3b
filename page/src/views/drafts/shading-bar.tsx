// How the drafts are looked at.
import { photos } from "../../state/project";
import type { Shading } from "../../three/shading";
import { Segments, Select, Slider } from "../../ui/basics";
import type { Looking } from "./board";

const SHADINGS: readonly { value: Shading; text: string; title: string }[] = [
  { value: "clay", text: "Clay", title: "C" },
  { value: "wireframe", text: "Wireframe", title: "W" },
  { value: "normals", text: "Normals", title: "N" },
  { value: "colours", text: "Colours", title: "V" },
  { value: "photo", text: "Over photo", title: "P" },
  { value: "difference", text: "Silhouette", title: "S" },
];

export function ShadingBar({ looking, setLooking }: { looking: Looking; setLooking: (looking: Looking) => void }) {
  const change = (part: Partial<Looking>) => setLooking({ ...looking, ...part });
  const through = looking.shading === "photo" || looking.shading === "difference";
  return (
    <div class="bar">
      <Segments label="Look" hideLabel value={looking.shading} options={SHADINGS} onChange={(shading) => change({ shading })} />
      {looking.shading === "photo" && <Slider label="Model" value={Math.round(looking.opacity * 100)} min={0} max={100} text={`${Math.round(looking.opacity * 100)} %`} onInput={(value) => change({ opacity: value / 100 })} />}
      {looking.shading === "difference" && (
        <ul class="legend">
          <li class="agree">both</li>
          <li class="only">model only</li>
          <li class="lost">mask only</li>
        </ul>
      )}
      {through && photos.value.length > 1 && (
        <Select label="Photo" value={String(looking.photoIndex)} options={photos.value.map((photo, index) => ({ value: String(index), text: photo.name }))} onChange={(index) => change({ photoIndex: Number(index) })} />
      )}
    </div>
  );
}
