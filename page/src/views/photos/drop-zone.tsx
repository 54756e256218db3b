// Where photos are dropped or chosen; the whole window takes drops while it is shown.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { startMasks, upload } from "../../state/actions";
import { complain } from "../../state/notices";
import { loadPhotos, project } from "../../state/project";
import { Button } from "../../ui/basics";
import { plural } from "../../ui/format";

/** Photos that are on their way to the service. */
export const uploading = signal(0);

let chooser: HTMLInputElement | null = null;
export function chooseFiles(): void {
  chooser?.click();
}

async function send(files: File[]): Promise<void> {
  const id = project.value?.id;
  if (!id || files.length === 0) return;
  uploading.value += files.length;
  let taken = 0;
  for (const file of files) {
    try {
      await upload(id, file);
      taken += 1;
    } catch (error) {
      complain(error);
    } finally {
      uploading.value -= 1;
    }
  }
  await loadPhotos(id);
  if (taken > 0) await startMasks(id);
}

export function DropZone({ large, children }: { large?: boolean; children?: ComponentChildren }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    chooser = input.current;
    const stop = listenForDrops(setOver);
    return () => {
      chooser = null;
      stop();
    };
  }, []);
  const count = uploading.value;
  return (
    <div class={`drop ${large ? "large" : "small"} ${over ? "over" : ""}`}>
      {children}
      <Button tone={large ? "primary" : "plain"} icon="plus" label="Add photos" keys="O" onClick={chooseFiles}>
        {count > 0 ? `Sending ${plural(count, "photo")}…` : large ? "Choose photos" : "Add"}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*,.heic,.heif"
        multiple
        class="unseen"
        tabIndex={-1}
        aria-label="Photos of the object"
        onChange={(event) => {
          const files = Array.from(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
          void send(files).catch(complain);
        }}
      />
    </div>
  );
}

function listenForDrops(setOver: (over: boolean) => void): () => void {
  const onOver = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const onLeave = (event: DragEvent) => {
    if (event.relatedTarget === null) setOver(false);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void send(Array.from(event.dataTransfer?.files ?? [])).catch(complain);
  };
  document.addEventListener("dragover", onOver);
  document.addEventListener("dragleave", onLeave);
  document.addEventListener("drop", onDrop);
  return () => {
    document.removeEventListener("dragover", onOver);
    document.removeEventListener("dragleave", onLeave);
    document.removeEventListener("drop", onDrop);
  };
}
