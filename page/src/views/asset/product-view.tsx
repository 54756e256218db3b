// The asset as a shop would show it, by <model-viewer>; loaded when first wanted.
import { useEffect, useRef } from "preact/hooks";
import { complain } from "../../state/notices";

export function ProductView({ url, name }: { url: string; name: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    import("@google/model-viewer")
      .then(() => {
        if (gone || !host.current) return;
        const viewer = document.createElement("model-viewer");
        for (const [key, value] of Object.entries({ src: url, alt: `${name} in 3D`, "camera-controls": "", "shadow-intensity": "1", "tone-mapping": "neutral", "touch-action": "pan-y", "interaction-prompt": "none" })) viewer.setAttribute(key, value);
        viewer.addEventListener("load", () => host.current?.setAttribute("data-ready", "true"));
        host.current.replaceChildren(viewer);
      })
      .catch(complain);
    return () => {
      gone = true;
    };
  }, [url]);
  return <div class="viewport product" ref={host} />;
}
