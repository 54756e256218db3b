// Move joints: by dragging their handles in the picture, or by numbers.
import { useEffect, useState } from "preact/hooks";
import type { Rig } from "../../api/types";
import { complain } from "../../state/notices";
import { Button, Section, Select, Toggle } from "../../ui/basics";
import { words } from "../../ui/format";
import { editing, forgetMoves, foundJoints, moveJoint, movedJoints, type Place } from "./moved-joints";

const AXES = ["x, to its left", "y, up", "z, to the front"] as const;

export function JointEditor({ rig }: { rig: Rig }) {
  const [on, setOn] = useState(false);
  const [mirror, setMirror] = useState(true);
  const [found, setFound] = useState<Place[]>([]);
  const [role, setRole] = useState("");
  const moved = movedJoints.value.get(rig.refinement_id) ?? [];
  useEffect(() => {
    if (on) foundJoints(rig).then(setFound, complain);
  }, [on, rig.id]);
  const now = found.map((one) => moved.find((other) => other.role === one.role) ?? one);
  const move = (place: Place) => {
    setRole(place.role);
    moveJoint(rig.refinement_id, found, place, { mirror });
  };
  useEffect(() => {
    editing.value = on ? { joints: now.map((one) => ({ ...one, moved: moved.includes(one) })), move } : null;
  }, [on, found, movedJoints.value, mirror]);
  useEffect(
    () => () => {
      editing.value = null;
    },
    [],
  );
  const chosen = now.find((one) => one.role === role) ?? now[0];
  return (
    <Section title="Joints" aside={moved.length > 0 && <Button tone="quiet" onClick={() => forgetMoves(rig.refinement_id)}>Undo moves</Button>}>
      <Toggle label="Move joints" checked={on} onChange={setOn} />
      {on && chosen && (
        <>
          <Toggle label="Mirror to the other side" checked={mirror} onChange={setMirror} />
          <p class="fine">Drag a handle, or choose a joint and write where it is, in metres. Then rig again.</p>
          <Select label="Joint" value={chosen.role} onChange={setRole} options={now.map((one) => ({ value: one.role, text: words(one.role) }))} />
          <div class="axes">
            {AXES.map((name, axis) => (
              <label class="field" key={name}>
                <span>{name}</span>
                <input
                  type="number"
                  step={0.005}
                  value={chosen.position[axis]?.toFixed(3)}
                  onChange={(event) => {
                    const position = [...chosen.position] as [number, number, number];
                    position[axis as 0 | 1 | 2] = event.currentTarget.valueAsNumber || 0;
                    move({ role: chosen.role, position });
                  }}
                />
              </label>
            ))}
          </div>
        </>
      )}
    </Section>
  );
}
