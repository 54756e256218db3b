// The draft and the finished asset in one picture, with a divider to drag.
import { useEffect, useRef, useState } from "preact/hooks";
import { approval, drafts, refinement } from "../../state/project";
import { complain } from "../../state/notices";
import { Empty } from "../../ui/basics";
import type { ComparingStage } from "../../three/comparing-stage";

/** Half the slider's handle: it stops that far from the ends, and the stage's edge with it. */
const THUMB_PX = 8;

export function BeforeAfter() {
  const finished = refinement.value;
  const draft = drafts.value.find((one) => one.id === (finished?.draft_id ?? approval.value?.draft_id));
  if (!finished || !draft) {
    return (
      <Empty icon="refine" title="Ready to refine">
        <p>Choose a budget and a texture size, then start. The draft and the result will stand here side by side.</p>
      </Empty>
    );
  }
  return <Comparison key={finished.id} before={draft.model.url} after={finished.levels[0]?.model.url ?? ""} />;
}

function Comparison({ before, after }: { before: string; after: string }) {
  const host = useRef<HTMLDivElement>(null);
  const stage = useRef<ComparingStage | null>(null);
  const [split, setSplit] = useState(50);
  useEffect(() => {
    let gone = false;
    import("../../three/comparing-stage")
      .then(async ({ ComparingStage }) => {
        if (gone || !host.current) return;
        stage.current = new ComparingStage(host.current);
        await stage.current.show(before, after);
      })
      .catch(complain);
    return () => {
      gone = true;
      stage.current?.dispose();
      stage.current = null;
    };
  }, [before, after]);
  const move = (value: number) => {
    setSplit(value);
    host.current?.style.setProperty("--split", `calc(${THUMB_PX}px + (100% - ${2 * THUMB_PX}px) * ${value / 100})`);
    stage.current?.setSplit(value / 100);
  };
  return (
    <div class="compare">
      <div class="viewport" ref={host}>
        <span class="tag left">Draft</span>
        <span class="tag right">Finished</span>
      </div>
      <input type="range" class="divider" min={0} max={100} value={split} aria-label="Divider between draft and finished asset" onInput={(event) => move(event.currentTarget.valueAsNumber)} />
    </div>
  );
}
