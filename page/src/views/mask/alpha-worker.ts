// Turns a grey mask into one with alpha, away from the main thread, which must stay free.
import type { AlphaRequest, AlphaReply } from "./alpha";

addEventListener("message", (event: MessageEvent<AlphaRequest>) => {
  const { id, url, width, height } = event.data;
  alphaOf(url, width, height).then(
    (bitmap) => postMessage({ id, bitmap } satisfies AlphaReply, { transfer: [bitmap] }),
    (error: unknown) => postMessage({ id, error: String(error) } satisfies AlphaReply),
  );
});

async function alphaOf(url: string, width: number, height: number): Promise<ImageBitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The mask cannot be read (${response.status}).`);
  const grey = await createImageBitmap(await response.blob(), { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" });
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser cannot draw.");
  context.drawImage(grey, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const values = pixels.data;
  for (let i = 0; i < values.length; i += 4) values[i + 3] = values[i] ?? 0;
  return createImageBitmap(pixels);
}
