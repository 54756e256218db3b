// A photo with its advice drawn on it: chips at the places they speak of, and one overlay.
import type { Photo, PhotoFinding } from "../../api/types";
import { sorted, shortName } from "../../ui/findings";

interface Props {
  photo: Photo;
  findings: readonly PhotoFinding[];
  chosen: PhotoFinding | null;
  onChoose: (finding: PhotoFinding | null) => void;
  busy: boolean;
}

export function AdvisedPicture({ photo, findings, chosen, onChoose, busy }: Props) {
  const list = sorted(findings);
  const whole = list.filter((finding) => !finding.where);
  const placed = list.filter((finding) => finding.where);
  const picture = chosen?.overlay?.url ?? photo.file.url;
  const toggle = (finding: PhotoFinding) => onChoose(finding === chosen ? null : finding);
  return (
    <figure class="advised">
      <div class="picture" ref={(node) => shape(node, photo)}>
        <img src={picture} alt={`Photo ${photo.name}${chosen ? `, with ${shortName(chosen)} marked` : ""}`} />
        {chosen?.where && <Box photo={photo} where={chosen.where} />}
        {placed.map((finding, index) => (
          <Chip key={`${finding.code}${index}`} finding={finding} photo={photo} level={index} chosen={finding === chosen} onClick={() => toggle(finding)} />
        ))}
      </div>
      <figcaption>
        <div class="chips">
          {busy && <span class="chip info">Looking at it…</span>}
          {whole.map((finding, index) => (
            <Chip key={`${finding.code}${index}`} finding={finding} chosen={finding === chosen} onClick={() => toggle(finding)} />
          ))}
        </div>
        <p class="explained" aria-live="polite">
          {chosen ? `${chosen.message} ${chosen.fix ?? ""}` : list.length > 0 ? "Choose a chip to see what it means and where it is." : ""}
        </p>
      </figcaption>
    </figure>
  );
}

function shape(node: HTMLElement | null, photo: Photo): void {
  node?.style.setProperty("--ratio", String(photo.width / photo.height));
}

function Box({ photo, where }: { photo: Photo; where: NonNullable<PhotoFinding["where"]> }) {
  return (
    <svg class="boxes" viewBox={`0 0 ${photo.width} ${photo.height}`} aria-hidden="true">
      <rect x={where.x0} y={where.y0} width={where.x1 - where.x0} height={where.y1 - where.y0} />
    </svg>
  );
}

interface ChipProps {
  finding: PhotoFinding;
  chosen: boolean;
  onClick: () => void;
  photo?: Photo;
  level?: number;
}

function Chip({ finding, chosen, onClick, photo, level = 0 }: ChipProps) {
  const place = (node: HTMLElement | null) => {
    if (!node || !photo || !finding.where) return;
    node.style.setProperty("--x", `${(100 * finding.where.x0) / photo.width}%`);
    node.style.setProperty("--y", `${(100 * finding.where.y0) / photo.height}%`);
    node.style.setProperty("--level", String(level));
  };
  return (
    <button type="button" ref={place} class={`chip ${finding.severity} ${photo ? "placed" : ""}`} aria-pressed={chosen} onClick={onClick}>
      {shortName(finding)}
    </button>
  );
}
