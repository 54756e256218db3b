// The small parts that every view is made of.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  children?: ComponentChildren;
  onClick?: () => void;
  tone?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  /** Accessible name where only an icon is shown. */
  label?: string;
  keys?: string;
  pressed?: boolean;
  disabled?: boolean;
  type?: "button" | "submit";
}

export function Button({ children, onClick, tone = "plain", icon, label, keys, pressed, disabled, type = "button" }: ButtonProps) {
  const title = [label, keys && `(${keys})`].filter(Boolean).join(" ");
  return (
    <button type={type} class={`button ${tone}`} onClick={onClick} disabled={disabled} aria-label={children ? undefined : label} aria-pressed={pressed} title={title || undefined}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; text: string; title?: string; disabled?: boolean }[];
  onChange: (value: T) => void;
  hideLabel?: boolean;
}

/** A row of choices of which one is taken: a radio group that looks like a segmented control. */
export function Segments<T extends string>({ label, value, options, onChange, hideLabel }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset class="segments">
      <legend class={hideLabel ? "unseen" : ""}>{label}</legend>
      <div class="segment-row">
        {options.map((option) => (
          <label key={option.value} class={option.value === value ? "taken" : ""} title={option.title}>
            <input type="radio" name={id} checked={option.value === value} disabled={option.disabled} onChange={() => onChange(option.value)} />
            <span>{option.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Select<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  text?: string;
  onInput: (value: number) => void;
}

export function Slider({ label, value, min, max, step = 1, text, onInput }: SliderProps) {
  return (
    <label class="field slider">
      <span>
        {label} <output>{text ?? value}</output>
      </span>
      <input type="range" min={min} max={max} step={step} value={value} aria-valuetext={text} onInput={(event) => onInput(event.currentTarget.valueAsNumber)} />
    </label>
  );
}

export function Toggle({ label, checked, onChange }: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="toggle">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

export function Section({ title, children, aside }: { title: string; children: ComponentChildren; aside?: ComponentChildren }) {
  return (
    <section class="section">
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** What a view says when there is nothing to show: why, and the next step. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      <div>{children}</div>
    </div>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const onCancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={onCancel}>
      <header>
        <h2 id={id}>{title}</h2>
        <Button icon="close" tone="quiet" label="Close" onClick={onClose} />
      </header>
      {children}
    </dialog>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
