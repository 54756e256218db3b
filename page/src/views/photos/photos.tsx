// Step 1: photographs come in, and each gets its advice.
import { useState } from "preact/hooks";
import type { Photo, PhotoFinding } from "../../api/types";
import { changeSide, removePhoto, startMasks } from "../../state/actions";
import { complain } from "../../state/notices";
import { maskOf, newestJob, openJob, photos, project } from "../../state/project";
import { goTo, linkTo, place } from "../../state/router";
import { may } from "../../state/service";
import { useShortcuts } from "../../state/shortcuts";
import { Button, Empty, Facts, Section, Select } from "../../ui/basics";
import { FindingList } from "../../ui/findings";
import { plural } from "../../ui/format";
import { JobFailure } from "../../ui/job-bar";
import { AdvisedPicture } from "./advised-picture";
import { chooseFiles, DropZone, uploading } from "./drop-zone";

const SIDES = [
  { value: "guess", text: "Guess it" },
  { value: "front", text: "Front" },
  { value: "left", text: "Left" },
  { value: "back", text: "Back" },
  { value: "right", text: "Right" },
] as const;

/** All that is known of a photo: from the file itself, and from the newest look at it. */
function findingsOf(photo: Photo): PhotoFinding[] {
  const mask = maskOf.value.get(photo.id);
  return mask ? mask.findings : photo.findings;
}

export function shownPhoto(): Photo | null {
  return photos.value.find((photo) => photo.id === place.value.item) ?? photos.value[0] ?? null;
}

function step(by: number): void {
  const shown = shownPhoto();
  const next = photos.value[photos.value.findIndex((photo) => photo === shown) + by];
  if (next) goTo(next.project_id, place.value.view, next.id);
}

export function usePhotoSteps(): void {
  useShortcuts("Photos", [
    { keys: "PageDown or N", does: "Next photo", run: () => step(1) },
    { keys: "PageUp or Shift+N", does: "Photo before", run: () => step(-1) },
  ]);
}

export function Photos() {
  const shown = shownPhoto();
  usePhotoSteps();
  useShortcuts("Photos view", [{ keys: "O", does: "Choose photos", run: chooseFiles }]);
  if (!shown) return <FirstPhotos />;
  return (
    <div class="split">
      <div class="stage">
        <Film />
        <Shown key={shown.id} photo={shown} />
      </div>
      <Inspector photo={shown} />
    </div>
  );
}

function FirstPhotos() {
  return (
    <div class="alone">
      <DropZone large>
        <Empty icon="photos" title="Drop one to four photos of the object here">
          <p>One photo is enough. More sides (front, left, back, right) mean that less is invented.</p>
          <p>Or 50 to 200 taken all around it: each gets its advice, and the engine uses the first it can.</p>
          <p class="fine">JPEG, PNG, WebP, HEIC or TIFF. Plain background and soft light work best.</p>
        </Empty>
      </DropZone>
    </div>
  );
}

function Shown({ photo }: { photo: Photo }) {
  const [chosen, setChosen] = useState<PhotoFinding | null>(null);
  return <AdvisedPicture photo={photo} findings={findingsOf(photo)} chosen={chosen} onChoose={setChosen} busy={openJob("masks") !== null} />;
}

export function Film() {
  const shown = shownPhoto();
  return (
    <div class="film">
      <ul aria-label="Photos">
        {photos.value.map((photo) => {
          const worst = findingsOf(photo).filter((finding) => finding.severity !== "info").length;
          return (
            <li key={photo.id}>
              <a href={linkTo(photo.project_id, place.value.view, photo.id)} aria-current={photo === shown ? "true" : undefined} title={photo.name}>
                <img src={photo.file.url} alt={photo.name} loading="lazy" />
                {worst > 0 && <span class="count">{worst}<span class="unseen"> warnings</span></span>}
              </a>
            </li>
          );
        })}
      </ul>
      {place.value.view === "photos" && may("artist") && <DropZone />}
    </div>
  );
}

function Inspector({ photo }: { photo: Photo }) {
  const job = newestJob("masks");
  const found = findingsOf(photo);
  const looked = maskOf.value.has(photo.id);
  const id = project.value?.id ?? "";
  return (
    <aside class="inspector" aria-label="Advice">
      <Section title="Advice">
        {looked || found.length > 0 ? (
          <FindingList findings={found} none="Nothing to improve: sharp, well lit, all in the picture." />
        ) : (
          <p class="fine">{openJob("masks") ? "Looking at the photo…" : "Not looked at yet."}</p>
        )}
        {job && <JobFailure job={job} />}
      </Section>
      <Section title="Photo">
        <Select label="Shows the object's" value={photo.side ?? "guess"} options={SIDES} onChange={(side) => void changeSide(photo, side === "guess" ? null : side).catch(complain)} />
        <Facts
          rows={[
            ["Name", photo.name],
            ["Size", `${photo.width} × ${photo.height}`],
            ["Focal length", photo.focal_px ? `${Math.round(photo.focal_px)} px` : "not told by the file"],
          ]}
        />
      </Section>
      {may("artist") && (
        <div class="actions">
          <Button tone="primary" onClick={() => goTo(id, "mask", photo.id)}>
            Look at the mask
          </Button>
          <Button disabled={uploading.value > 0 || openJob("masks") !== null} onClick={() => void startMasks(id).catch(complain)}>
            Look again
          </Button>
          <Button icon="trash" tone="quiet" label={`Take ${photo.name} out`} onClick={() => void removePhoto(photo).catch(complain)} />
        </div>
      )}
      <p class="fine foot">{plural(photos.value.length, "photo")} in this project.</p>
    </aside>
  );
}
