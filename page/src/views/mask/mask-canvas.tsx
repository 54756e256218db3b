// The canvas with the cut-out: painting by pointer or by keyboard.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Finding, Mask, Photo } from "../../api/types";
import { complain } from "../../state/notices";
import { useShortcuts, type Shortcut } from "../../state/shortcuts";
import { Button } from "../../ui/basics";
import type { Painted, Point } from "./brush";
import { CanvasView } from "./canvas-view";
import { freshOf, paint, redo, undo, type History } from "./history";
import { Layers } from "./layers";
import { COLORS, MAX_RADIUS, type Tools } from "./mask-tools";
import { listen } from "./pointers";

interface Props {
  photo: Photo;
  mask: Mask | null;
  tools: Tools;
  history: History;
  applied: readonly Painted[];
  jump: Finding | null;
  setTools: (change: (tools: Tools) => Tools) => void;
  setHistory: (change: (history: History) => History) => void;
}

export function MaskCanvas(props: Props) {
  const { photo, mask, tools, history, applied, jump } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<CanvasView | null>(null);
  const drawing = useRef<Painted | null>(null);
  const panning = useRef(false);
  const latest = useRef(props);
  latest.current = props;
  const [ready, setReady] = useState(false);

  const repaint = () => {
    const { history: now, applied: known } = latest.current;
    view.current?.layers?.repaint(freshOf(now.done, known), drawing.current);
    view.current?.redraw();
  };
  const begin = (point: Point) => {
    const { kind, radius, hardness } = latest.current.tools;
    drawing.current = { kind, radius, hardness, points: [point] };
    repaint();
  };
  const end = () => {
    const stroke = drawing.current;
    drawing.current = null;
    if (stroke) latest.current.setHistory((now) => paint(now, stroke));
  };

  useEffect(() => {
    if (!canvas.current) return;
    const made = new CanvasView(canvas.current);
    view.current = made;
    const stop = listen(canvas.current, made, {
      begin,
      move: (points) => {
        drawing.current?.points.push(...points);
        repaint();
      },
      end,
      drop: () => {
        drawing.current = null;
        repaint();
      },
      mayPan: () => panning.current,
    });
    return () => {
      stop();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    let gone = false;
    Layers.load(photo, mask?.mask?.url ?? null)
      .then((layers) => {
        if (gone || !view.current) return;
        view.current.show(layers);
        setReady(true);
        repaint();
      })
      .catch(complain);
    return () => {
      gone = true;
    };
  }, [photo.file.sha256, mask?.mask?.sha256]);

  useEffect(repaint, [history, applied]);
  useEffect(() => {
    if (!view.current) return;
    const thin = (mask?.findings ?? []).filter((finding) => finding.code === "mask.thin_parts" || finding.code === jump?.code);
    view.current.look = { backdrop: tools.backdrop, rest: tools.rest, split: tools.comparing ? tools.split : null, marked: thin, brushRadius: tools.radius, brushColor: COLORS[tools.kind] };
    view.current.redraw();
  }, [tools, mask?.id, jump]);
  useEffect(() => {
    if (jump?.where) view.current?.jumpTo(jump.where);
  }, [jump]);

  useShortcuts("Mask", [...editing(props), ...looking(props, view), ...byKeyboard(view, begin, end)]);
  return (
    <div class="viewport mask" data-ready={ready ? "true" : undefined}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Cut-out of ${photo.name}. Arrow keys move the brush, D paints a dot; question mark lists all keys.`}
        onKeyDown={(event) => (panning.current = event.key === " " || panning.current)}
        onKeyUp={(event) => (panning.current = event.key !== " " && panning.current)}
      />
      <div class="float" role="group" aria-label="Zoom">
        <Button icon="plus" label="Zoom in" keys="+" onClick={() => view.current?.zoomBy(1.4)} />
        <Button icon="minus" label="Zoom out" keys="-" onClick={() => view.current?.zoomBy(1 / 1.4)} />
        <Button icon="fit" label="Show all of it" keys="F" onClick={() => view.current?.fit()} />
      </div>
    </div>
  );
}

type ViewRef = { current: CanvasView | null };

function editing({ setTools, setHistory }: Props): Shortcut[] {
  const resize = (factor: number) => setTools((tools) => ({ ...tools, radius: Math.min(MAX_RADIUS, Math.max(1, Math.round(tools.radius * factor + Math.sign(factor - 1)))) }));
  const harden = (by: number) => setTools((tools) => ({ ...tools, hardness: Math.min(1, Math.max(0.1, Math.round((tools.hardness + by) * 10) / 10)) }));
  return [
    { keys: "Ctrl+Z", does: "Undo a stroke", run: () => setHistory(undo) },
    { keys: "Ctrl+Shift+Z or Ctrl+Y", does: "Redo it", run: () => setHistory(redo) },
    { keys: "K", does: "Brush: keep", run: () => setTools((tools) => ({ ...tools, kind: "keep" })) },
    { keys: "R", does: "Brush: remove", run: () => setTools((tools) => ({ ...tools, kind: "remove" })) },
    { keys: "U", does: "Brush: unsure", run: () => setTools((tools) => ({ ...tools, kind: "unsure" })) },
    { keys: "[", does: "Smaller brush", run: () => resize(1 / 1.2) },
    { keys: "]", does: "Larger brush", run: () => resize(1.2) },
    { keys: "{", does: "Softer brush", run: () => harden(-0.1) },
    { keys: "}", does: "Harder brush", run: () => harden(0.1) },
  ];
}

function looking({ setTools }: Props, view: ViewRef): Shortcut[] {
  return [
    { keys: "1", does: "Checkerboard", run: () => setTools((tools) => ({ ...tools, backdrop: "checker" })) },
    { keys: "2", does: "Black backdrop", run: () => setTools((tools) => ({ ...tools, backdrop: "black" })) },
    { keys: "3", does: "White backdrop", run: () => setTools((tools) => ({ ...tools, backdrop: "white" })) },
    { keys: "B", does: "Before and after", run: () => setTools((tools) => ({ ...tools, comparing: !tools.comparing })) },
    { keys: "F", does: "Show all of the photo", run: () => view.current?.fit() },
    { keys: "+ or =", does: "Zoom in", run: () => view.current?.zoomBy(1.25) },
    { keys: "-", does: "Zoom out", run: () => view.current?.zoomBy(0.8) },
  ];
}

/** Painting without a pointer: the brush starts in the middle of what is seen. */
function byKeyboard(view: ViewRef, begin: (point: Point) => void, end: () => void): Shortcut[] {
  const go = (dx: number, dy: number) => {
    const shown = view.current;
    const photo = shown?.layers?.photo;
    if (!shown || !photo) return;
    const [x, y] = shown.cursor ?? [photo.width / 2, photo.height / 2];
    shown.cursor = [Math.min(photo.width, Math.max(0, x + dx / shown.zoom)), Math.min(photo.height, Math.max(0, y + dy / shown.zoom))];
    shown.redraw();
  };
  const arrows = (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] as const).flatMap((key, index) => {
    const [x, y] = [[-1, 0], [1, 0], [0, -1], [0, 1]][index] as [number, number];
    const side = key.slice(5).toLowerCase();
    return [
      { keys: key, does: `Brush ${side}`, run: () => go(4 * x, 4 * y) },
      { keys: `Shift+${key}`, does: `Brush far ${side}`, run: () => go(32 * x, 32 * y) },
    ];
  });
  const dot = () => {
    const point = view.current?.cursor;
    if (!point) return;
    begin(point);
    end();
  };
  return [...arrows, { keys: "D", does: "Paint a dot where the brush is", run: dot }];
}
