// Mouse, pen and fingers on the canvas: one paints, two fingers or the middle button move it.
import type { Point } from "./brush";
import type { CanvasView } from "./canvas-view";

export interface Painter {
  begin: (point: Point) => void;
  move: (points: Point[]) => void;
  end: () => void;
  /** A second finger came: what was begun was no stroke. */
  drop: () => void;
  mayPan: () => boolean;
}

/** Listen until the returned function is called. */
export function listen(canvas: HTMLCanvasElement, view: CanvasView, painter: Painter): () => void {
  const down = new Map<number, Point>();
  let mode: "none" | "paint" | "pan" = "none";
  const at = (event: PointerEvent | WheelEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onDown = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 2 && mode === "paint") painter.drop();
    if (down.size > 1 || event.button === 1 || painter.mayPan()) mode = "pan";
    else if (event.button === 0) {
      mode = "paint";
      painter.begin(view.photoPoint(at(event)));
    }
    event.preventDefault();
    canvas.focus();
  };
  const onMove = (event: PointerEvent) => {
    const before = down.get(event.pointerId);
    view.cursor = view.photoPoint(at(event));
    if (mode === "paint") {
      const all = event.getCoalescedEvents?.() ?? [];
      painter.move((all.length > 0 ? all : [event]).map((one) => view.photoPoint(at(one))));
    } else if (mode === "pan" && before) {
      pan(event, before);
      down.set(event.pointerId, at(event));
    }
    view.redraw();
  };
  const pan = (event: PointerEvent, before: Point) => {
    const now = at(event);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    const share = other ? 0.5 : 1;
    view.panBy((now[0] - before[0]) * share, (now[1] - before[1]) * share);
    if (!other) return;
    const middle: Point = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    view.zoomBy(Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1])), middle);
  };
  const onUp = (event: PointerEvent) => {
    down.delete(event.pointerId);
    if (mode === "paint") painter.end();
    if (down.size === 0) mode = "none";
  };
  const onLeave = () => {
    view.cursor = null;
    view.redraw();
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY * 0.0015), at(event));
  };
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", onLeave);
  canvas.addEventListener("wheel", onWheel, { passive: false });
  return () => {
    canvas.removeEventListener("pointerdown", onDown);
    canvas.removeEventListener("pointermove", onMove);
    canvas.removeEventListener("pointerup", onUp);
    canvas.removeEventListener("pointercancel", onUp);
    canvas.removeEventListener("pointerleave", onLeave);
    canvas.removeEventListener("wheel", onWheel);
  };
}
