// Level, channel, light and tools of the 3D view.
import type { Refinement } from "../../api/types";
import type { Shown } from "../../three/asset-stage";
import { CHANNELS, type Channel } from "../../three/channels";
import { LIGHTINGS } from "../../three/environment";
import { Facts, Section, Segments, Select, Toggle } from "../../ui/basics";
import { metres, whole, words } from "../../ui/format";
import type { AssetLook } from "./asset-look";

interface Props {
  refinement: Refinement;
  look: AssetLook;
  setLook: (look: AssetLook) => void;
  shown: Shown | null;
}

export function LookPanel({ refinement, look, setLook, shown }: Props) {
  const change = (part: Partial<AssetLook>) => setLook({ ...look, ...part });
  const level = refinement.levels[look.level];
  const deep = look.level > 0;
  return (
    <>
      {refinement.levels.length > 1 && (
        <Section title="Level of detail">
          <Segments
            label="Level"
            hideLabel
            value={String(look.level)}
            onChange={(value) => change({ level: Number(value), channel: Number(value) > 0 && isMap(look.channel) ? "lit" : look.channel })}
            options={refinement.levels.map((one) => ({ value: String(one.level), text: `${one.level}: ${whole(one.triangles)}` }))}
          />
        </Section>
      )}
      <Section title="Surface">
        <Select<Channel> label="Channel" value={look.channel} onChange={(channel) => change({ channel })} options={CHANNELS.map((channel) => ({ value: channel, text: words(channel), disabled: deep && isMap(channel) }))} />
        <Legend channel={look.channel} />
        <Toggle label="Wireframe" checked={look.wireframe} onChange={(wireframe) => change({ wireframe })} />
      </Section>
      <Section title="Light and camera">
        <Segments label="Lighting" hideLabel value={look.lighting} onChange={(lighting) => change({ lighting })} options={LIGHTINGS.map((name) => ({ value: name, text: words(name) }))} />
        <div class="toggles">
          <Toggle label="Turntable" checked={look.turning} onChange={(turning) => change({ turning })} />
          <Toggle label="Ruler" checked={look.measuring} onChange={(measuring) => change({ measuring })} />
          <Toggle label="Grid (10 cm)" checked={look.grid} onChange={(grid) => change({ grid })} />
          <Toggle label="Product view" checked={look.product} onChange={(product) => change({ product })} />
        </div>
      </Section>
      <Section title="Facts">
        <Facts
          rows={[
            ["Width", shown ? metres(shown.size.x) : "…"],
            ["Height", shown ? metres(shown.size.y) : "…"],
            ["Depth", shown ? metres(shown.size.z) : "…"],
            ["Triangles", level ? whole(level.triangles) : ""],
            ...(level && level.quads > 0 ? ([["Quads", whole(level.quads)]] as const) : []),
            ["Texture", `${refinement.texture_size} × ${refinement.texture_size}`],
          ]}
        />
      </Section>
    </>
  );
}

const isMap = (channel: Channel): boolean => channel === "confidence" || channel === "origin";

function Legend({ channel }: { channel: Channel }) {
  if (channel === "confidence") {
    return (
      <p class="ramp">
        <span>invented</span>
        <i aria-hidden="true" />
        <span>seen head-on</span>
      </p>
    );
  }
  if (channel !== "origin") return null;
  return (
    <ul class="legend">
      <li class="observed">observed</li>
      <li class="mirrored">mirrored</li>
      <li class="inferred">inferred</li>
    </ul>
  );
}
