// Messages at the foot of the page.
import { dismiss, notices } from "../state/notices";
import { Button } from "./basics";

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class={`notice ${notice.tone}`}>
          <div>
            <strong>{notice.text}</strong>
            {notice.advice && <p>{notice.advice}</p>}
          </div>
          <Button icon="close" tone="quiet" label="Dismiss" onClick={() => dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
