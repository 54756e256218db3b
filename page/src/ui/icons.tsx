// Icons as outlines on a 16-pixel grid; drawn for this page.
const PATHS = {
  photos: "M2 4.5h3l1-1.5h4l1 1.5h3v8.5H2zM8 6.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2z",
  mask: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 0v12M8 5h4.9M8 8h6M8 11h4.9",
  drafts: "M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v4H2zM9 9.5h5v4H9z",
  refine: "M8 1.5 14 5v6l-6 3.5L2 11V5zM8 8l6-3M8 8v6.5M8 8 2 5",
  asset: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c2 1.6 3 3.7 3 6s-1 4.400-3 6c-2-1.600-3-3.700-3-6s1-4.400 3-6z",
  export: "M8 10V2M5 4.800 8 2l3 2.800M3 8.500V13.500h10V8.500",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "M3.500 3.500l9 9M12.500 3.500l-9 9",
  check: "M3 8.500l3.500 3.500L13 4.500",
  undo: "M3 6h6.500a3.500 3.500 0 0 1 0 7H6M5.500 3.300 3 6l2.500 2.700",
  redo: "M13 6H6.500a3.500 3.500 0 0 0 0 7H10M10.500 3.300 13 6l-2.500 2.700",
  fit: "M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10",
  sun: "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM8 1.500v1.700M8 12.800v1.700M1.500 8h1.700M12.800 8h1.700M3.400 3.400l1.200 1.200M11.400 11.400l1.200 1.200M12.600 3.400l-1.200 1.200M4.600 11.400l-1.200 1.200",
  moon: "M13 9.600A5.600 5.600 0 0 1 6.400 3 5.600 5.600 0 1 0 13 9.600z",
  keys: "M1.500 4.500h13v7h-13zM4 7h.01M6.500 7h.01M9 7h.01M11.500 7h.01M5 9.300h6",
  ruler: "M2 10.500 10.500 2 14 5.500 5.500 14zM8 4.500l1.500 1.500M6 6.500 8 8.500M4.200 8.300 5.700 9.800",
  turn: "M13.500 8a5.500 5.500 0 1 1-1.700-4M13.500 1.800V4.500h-2.700",
  warn: "M8 2.200 14.500 13.500h-13zM8 6.500v3.200M8 11.600v.2",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.200v3.800M8 4.900v.2",
  trash: "M3 4.500h10M6 4.500V2.800h4v1.700M4.300 4.500l.7 9h6l.7-9",
  download: "M8 2v8M5 7.200 8 10l3-2.800M3 13.500h10",
  back: "M10 3 5 8l5 5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path class="clay" d="M6.500 19c.7-3.600 1.500-5 1.500-7.500C8 7 10.300 3.500 14 3.500c3 0 4.600 2.200 3.800 4.500-.7 1.600-2.200 2.300-2.200 4.500 0 2.900 1.400 3.700 2.200 6.500z" />
      <path class="base" d="M4.500 20.500h15" />
    </svg>
  );
}
