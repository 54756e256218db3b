// Step 4: the approved draft becomes a finished asset.
import { approval, openJob, project } from "../../state/project";
import { linkTo } from "../../state/router";
import { Empty } from "../../ui/basics";
import { BeforeAfter } from "./before-after";
import { Options } from "./options";
import { Stages } from "./stages";

export function Refine() {
  if (!approval.value) {
    return (
      <div class="alone">
        <Empty icon="refine" title="No draft is approved yet">
          <p>Refining starts from the draft that a person approved.</p>
          <p><a href={linkTo(project.value?.id ?? "", "drafts")}>Choose among the drafts</a></p>
        </Empty>
      </div>
    );
  }
  return (
    <div class="split">
      <div class="stage">{openJob("refinements") ? <Stages /> : <BeforeAfter />}</div>
      <Options />
    </div>
  );
}
