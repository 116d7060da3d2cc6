// The bar that says that there are edits of an earlier time, or that this browser keeps none.
import { Button } from "../ui/button";
import { moment } from "../ui/format";
import { baseOfOpened, type Opened, restored } from "./opened";
import { drafts } from "./use-drafts";

interface Props {
  readonly opened: Opened;
  readonly unkept: boolean;
  readonly onChange: (opened: Opened) => void;
}

export function DraftBar({ opened, unkept, onChange }: Props) {
  const { draft, saved } = opened;
  if (!draft) {
    return unkept ? (
      <div className="studio-draft" role="status">
        This browser has no room for a draft of it: what you do not save is lost when the page is
        closed.
      </div>
    ) : null;
  }
  const discard = () => {
    drafts().forget(saved?.arn ?? "");
    onChange({ ...opened, draft: undefined });
  };
  return (
    <section className="studio-draft" aria-label="Draft">
      <span role="status">
        There are changes that were not saved, of {moment(draft.at)}.
        {draft.base !== baseOfOpened(opened) &&
          " It has been saved since: restoring them takes back what was saved."}
      </span>
      <Button size="s" kind="primary" onClick={() => onChange(restored(opened, draft))}>
        Restore
      </Button>
      <Button size="s" onClick={discard}>
        Discard
      </Button>
    </section>
  );
}
