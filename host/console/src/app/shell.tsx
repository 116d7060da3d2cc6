// What every page has around it: the ways to the others, and the theme.
import type { ReactNode } from "react";
import { Link } from "./location";
import { paths, type Route } from "./routes";

const PLACES: { to: string; label: string; pages: Route["page"][] }[] = [
  { to: paths.executions(), label: "Executions", pages: ["executions", "execution", "mapRun"] },
  { to: paths.machines(), label: "State machines", pages: ["machines", "machine"] },
  { to: paths.studio(), label: "Studio", pages: ["studio"] },
  { to: paths.plugins(), label: "Plugins", pages: ["plugins", "plugin"] },
];

export function Shell({ route, children }: { route: Route; children: ReactNode }) {
  return (
    <div className="shell">
      <header className="shell-top">
        <nav aria-label="Main">
          {PLACES.map((place) => (
            <Link
              key={place.to}
              to={place.to}
              aria-current={place.pages.includes(route.page) ? "page" : undefined}
            >
              {place.label}
            </Link>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
