// Masks as pictures with alpha, made by a worker.
export interface AlphaRequest {
  id: number;
  url: string;
  width: number;
  height: number;
}

export interface AlphaReply {
  id: number;
  bitmap?: ImageBitmap;
  error?: string;
}

let worker: Worker | null = null;
let last = 0;
const waiting = new Map<number, { resolve: (bitmap: ImageBitmap) => void; reject: (error: Error) => void }>();

export function alphaBitmap(url: string, width: number, height: number): Promise<ImageBitmap> {
  worker ??= start();
  const id = ++last;
  const request: AlphaRequest = { id, url: new URL(url, location.href).href, width, height };
  worker.postMessage(request);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

function start(): Worker {
  const made = new Worker(new URL("./alpha-worker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", (event: MessageEvent<AlphaReply>) => {
    const { id, bitmap, error } = event.data;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (bitmap) asked?.resolve(bitmap);
    else asked?.reject(new Error(error));
  });
  return made;
}
