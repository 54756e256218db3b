// The tiles of the board; one canvas under them draws all models from the same side.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Draft } from "../../api/types";
import { complain } from "../../state/notices";
import { judgementOf, maskOf, photos } from "../../state/project";
import { useShortcuts } from "../../state/shortcuts";
import { DraftStage } from "../../three/draft-stage";
import type { Shading } from "../../three/shading";
import { percent } from "../../ui/format";
import { Icon } from "../../ui/icons";

export interface Looking {
  shading: Shading;
  opacity: number;
  photoIndex: number;
}

interface Props {
  drafts: Draft[];
  looking: Looking;
  chosen: Draft | null;
  choose: (id: string) => void;
}

export function Board({ drafts, looking, chosen, choose }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const tiles = useRef(new Map<string, HTMLElement>());
  const stage = useRef<DraftStage | null>(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (!host.current) return;
    const made = new DraftStage(host.current);
    stage.current = made;
    const adding = drafts.map((draft) => {
      const element = tiles.current.get(draft.id);
      return element ? made.add(draft, element) : Promise.resolve();
    });
    Promise.all(adding).then(() => setReady(true), complain);
    return () => made.dispose();
  }, []);
  useEffect(() => stage.current?.setShading(looking.shading), [looking.shading, ready]);
  useEffect(() => stage.current?.setOpacity(looking.opacity), [looking.opacity]);
  const photo = photos.value[looking.photoIndex];
  const mask = photo && maskOf.value.get(photo.id)?.mask;
  useEffect(() => {
    if (photo && mask) void stage.current?.setPhoto(looking.photoIndex, { photo: photo.file.url, mask: mask.url }).catch(complain);
  }, [photo?.file.sha256, mask?.sha256, looking.photoIndex]);
  const turn = (left: number, up: number) => stage.current?.turn(left, up);
  useShortcuts("Turn the drafts", [
    { keys: "ArrowLeft", does: "Turn left", run: () => turn(-0.2, 0) },
    { keys: "ArrowRight", does: "Turn right", run: () => turn(0.2, 0) },
    { keys: "ArrowUp", does: "From higher up", run: () => turn(0, 0.15) },
    { keys: "ArrowDown", does: "From lower down", run: () => turn(0, -0.15) },
    { keys: "F", does: "Show all of them", run: () => stage.current?.frameAll() },
  ]);
  return (
    <div class="viewport board" ref={host} data-ready={ready ? "true" : undefined} data-count={drafts.length}>
      <ul aria-label="Drafts, best first">
        {drafts.map((draft) => (
          <li key={draft.id} class={`tile ${draft === chosen ? "chosen" : ""}`}>
            <button type="button" class="tile-name" aria-pressed={draft === chosen} onClick={() => choose(draft.id)}>
              <span class="rank">{draft.rank}</span>
              <span>{draft.variant}</span>
              <Judged draftId={draft.id} />
              <span class="score">{percent(draft.score)}</span>
            </button>
            <div class="tile-view" ref={(node) => void (node && tiles.current.set(draft.id, node))} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Judged({ draftId }: { draftId: string }) {
  const judgement = judgementOf(draftId);
  if (!judgement) return null;
  const good = judgement.decision === "approved";
  return (
    <span class={`verdict ${good ? "pass" : "fail"}`}>
      <Icon name={good ? "check" : "close"} />
      {good ? (judgement.current ? "approved" : "approved before") : "rejected"}
    </span>
  );
}
