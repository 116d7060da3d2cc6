// The list of what is wrong with the definition, which leads to the places.
import { toPointer } from "../definition";
import { useSnapshot, useStudio } from "./context";
import type { Diagnostic } from "./host";

export function Problems({
  diagnostics,
  onShow,
}: {
  diagnostics: readonly Diagnostic[];
  onShow: (d: Diagnostic) => void;
}) {
  const { session } = useStudio();
  useSnapshot(session);
  return (
    <section className="problems" aria-label="Problems">
      <ul>
        {diagnostics.map((diagnostic, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two problems may be the same
          <li key={index}>
            <button type="button" onClick={() => onShow(diagnostic)}>
              <span
                className={`problem-sign g-${diagnostic.severity}`}
                role="img"
                aria-label={diagnostic.severity.toLowerCase()}
              >
                !
              </span>
              <span>{diagnostic.message}</span>
              <code className="cut quiet">{toPointer(diagnostic.path) || "/"}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
