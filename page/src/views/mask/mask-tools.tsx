// The brush's settings and how the mask is shown.
import type { Photo, StrokeKind } from "../../api/types";
import { Section, Segments, Slider, Toggle } from "../../ui/basics";
import type { Backdrop } from "./canvas-view";

export interface Tools {
  kind: StrokeKind;
  radius: number;
  hardness: number;
  backdrop: Backdrop;
  rest: number;
  comparing: boolean;
  split: number;
}

export function firstTools(photo: Photo): Tools {
  const radius = Math.max(4, Math.round(Math.max(photo.width, photo.height) / 50));
  return { kind: "keep", radius, hardness: 1, backdrop: "checker", rest: 0.25, comparing: false, split: 0.5 };
}

export const COLORS: Record<StrokeKind, string> = { keep: "#5fd38d", remove: "#ff7a6b", unsure: "#f0b429" };
export const MAX_RADIUS = 400;

export function MaskTools({ tools, setTools }: { tools: Tools; setTools: (tools: Tools) => void }) {
  const change = (part: Partial<Tools>) => setTools({ ...tools, ...part });
  return (
    <>
      <Section title="Brush">
        <Segments
          label="Paint what is to be"
          value={tools.kind}
          onChange={(kind) => change({ kind })}
          options={[
            { value: "keep", text: "Kept", title: "K" },
            { value: "remove", text: "Removed", title: "R" },
            { value: "unsure", text: "Unsure", title: "U: have the edge found again" },
          ]}
        />
        <Slider label="Size" value={tools.radius} min={1} max={MAX_RADIUS} text={`${tools.radius * 2} px`} onInput={(radius) => change({ radius })} />
        <Slider label="Hardness" value={Math.round(tools.hardness * 100)} min={10} max={100} step={10} text={tools.hardness === 1 ? "hard" : `${Math.round(tools.hardness * 100)} %, rim finds the edge`} onInput={(value) => change({ hardness: value / 100 })} />
      </Section>
      <Section title="Look">
        <Segments label="Backdrop" value={tools.backdrop} onChange={(backdrop) => change({ backdrop })} options={[{ value: "checker", text: "Checker", title: "1" }, { value: "black", text: "Black", title: "2" }, { value: "white", text: "White", title: "3" }]} />
        <Slider label="Rest of the photo" value={Math.round(tools.rest * 100)} min={0} max={100} step={5} text={`${Math.round(tools.rest * 100)} %`} onInput={(value) => change({ rest: value / 100 })} />
        <Toggle label="Before and after" checked={tools.comparing} onChange={(comparing) => change({ comparing })} />
        {tools.comparing && <Slider label="Divider" value={Math.round(tools.split * 100)} min={0} max={100} text={`${Math.round(tools.split * 100)} %`} onInput={(value) => change({ split: value / 100 })} />}
      </Section>
    </>
  );
}
