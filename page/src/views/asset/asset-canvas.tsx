// The 3D view of the asset, with what is measured in it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Refinement } from "../../api/types";
import { complain } from "../../state/notices";
import { useShortcuts } from "../../state/shortcuts";
import { AssetStage, type Shown } from "../../three/asset-stage";
import { CHANNELS } from "../../three/channels";
import { Button } from "../../ui/basics";
import { shortName } from "../../ui/findings";
import { metres } from "../../ui/format";
import type { AssetLook } from "./asset-look";
import { editing } from "./moved-joints";
import { loadSurface, type Probe, type Surface } from "./surface-maps";

interface Props {
  url: string;
  refinement: Refinement;
  look: AssetLook;
  setLook: (change: (look: AssetLook) => AssetLook) => void;
  onShown: (shown: Shown) => void;
}

export function AssetCanvas({ url, refinement, look, setLook, onShown }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const label = useRef<HTMLOutputElement>(null);
  const stage = useRef<AssetStage | null>(null);
  const surface = useRef<Surface | null>(null);
  const [ready, setReady] = useState("");
  const [probe, setProbe] = useState<Probe | null>(null);
  const [mapped, setMapped] = useState(false);
  useEffect(() => {
    if (!host.current) return;
    const made = new AssetStage(host.current, {
      onMeasure: (measured) => showLength(label.current, measured),
      onProbe: (uv) => setProbe(uv && surface.current ? surface.current.at(uv.x, uv.y) : null),
    });
    stage.current = made;
    made.setLighting(look.lighting);
    return () => made.dispose();
  }, []);
  useEffect(() => {
    let gone = false;
    stage.current
      ?.show(url)
      .then((shown) => {
        if (gone) return;
        onShown(shown);
        setReady(url);
      })
      .catch(complain);
    return () => {
      gone = true;
    };
  }, [url]);
  const wantsMaps = look.channel === "confidence" || look.channel === "origin";
  useEffect(() => {
    if (!wantsMaps || surface.current) return;
    loadSurface(refinement)
      .then((loaded) => {
        surface.current = loaded;
        setMapped(true);
      })
      .catch(complain);
  }, [wantsMaps]);
  // The maps lie in the texture space of the finest level; others have charts of their own.
  useEffect(() => stage.current?.setChannel(look.channel, surface.current?.maps ?? null), [look.channel, ready, mapped]);
  useEffect(() => stage.current?.setLighting(look.lighting), [look.lighting]);
  useEffect(() => stage.current?.setWireframe(look.wireframe), [look.wireframe, ready]);
  useEffect(() => stage.current?.setGrid(look.grid), [look.grid]);
  useEffect(() => stage.current?.setTurning(look.turning), [look.turning]);
  useEffect(() => stage.current?.setMeasuring(look.measuring), [look.measuring]);
  useEffect(() => stage.current?.setBones(look.bones && look.rigged), [look.bones, look.rigged, ready]);
  useEffect(() => stage.current?.play(look.rigged ? look.clip : null), [look.clip, look.rigged, ready]);
  useEffect(() => stage.current?.pointAt(look.finding?.place ?? null), [look.finding, ready]);
  const handles = editing.value;
  useEffect(() => stage.current?.setJoints(handles?.joints ?? [], handles?.move ?? null), [handles, ready]);
  useShortcuts("Asset", shortcuts(stage, setLook));
  return (
    <div class="viewport asset" ref={host} data-ready={ready === url ? "true" : undefined}>
      <output class="length" ref={label} hidden />
      {look.finding && (
        <p class="hint place">
          <strong>{shortName(look.finding)}</strong> {look.finding.message}
          <Button tone="quiet" icon="close" label="Take the mark away" keys="Escape" onClick={() => setLook((now) => ({ ...now, finding: null }))} />
        </p>
      )}
      {look.measuring && <p class="hint">Click two points of the surface.</p>}
      {wantsMaps && <p class="hint">{probe ? `${Math.round(probe.confidence * 100)} % sure, ${probe.origin}` : "Point at the surface to read it."}</p>}
    </div>
  );
}

function showLength(label: HTMLElement | null, measured: { length: number; x: number; y: number } | null): void {
  if (!label) return;
  label.hidden = measured === null;
  if (!measured) return;
  label.textContent = metres(measured.length);
  label.style.setProperty("left", `${measured.x}px`);
  label.style.setProperty("top", `${measured.y}px`);
}

function shortcuts(stage: { current: AssetStage | null }, setLook: Props["setLook"]) {
  const turn = (left: number, up: number) => stage.current?.turn(left, up);
  const flip = (name: "wireframe" | "turning" | "measuring" | "grid") => setLook((look) => ({ ...look, [name]: !look[name] }));
  return [
    { keys: "ArrowLeft", does: "Turn left", run: () => turn(-0.2, 0) },
    { keys: "ArrowRight", does: "Turn right", run: () => turn(0.2, 0) },
    { keys: "ArrowUp", does: "From higher up", run: () => turn(0, 0.15) },
    { keys: "ArrowDown", does: "From lower down", run: () => turn(0, -0.15) },
    { keys: "F", does: "Show all of it", run: () => stage.current?.frame() },
    { keys: "W", does: "Wireframe", run: () => flip("wireframe") },
    { keys: "T", does: "Turntable", run: () => flip("turning") },
    { keys: "M", does: "Ruler", run: () => flip("measuring") },
    { keys: "G", does: "Grid", run: () => flip("grid") },
    { keys: "Escape", does: "Take the mark away", run: () => setLook((look) => ({ ...look, finding: null })) },
    ...CHANNELS.map((channel, index) => ({ keys: String(index + 1), does: `Channel: ${channel}`, run: () => setLook((look) => ({ ...look, channel })) })),
  ];
}
