// What every page has around it: the ways to the others, and the theme.
import type { ReactNode } from "react";
import { WhoMenu } from "../session/who-menu";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { hostUrl } from "./base";
import { Link } from "./location";
import { paths, type Route } from "./routes";
import { chooseTheme, type Theme, useTheme } from "./theme";

const PLACES: { to: string; label: string; pages: Route["page"][] }[] = [
  { to: paths.executions(), label: "Executions", pages: ["executions", "execution", "mapRun"] },
  { to: paths.machines(), label: "State machines", pages: ["machines", "machine"] },
  { to: paths.studio(), label: "Studio", pages: ["studio"] },
  { to: paths.plugins(), label: "Plugins", pages: ["plugins", "plugin"] },
];

export function Shell({ route, children }: { route: Route; children: ReactNode }) {
  return (
    <div className="shell">
      <button
        type="button"
        className="button skip"
        onClick={() => document.getElementById("main")?.focus()}
      >
        Skip to the content
      </button>
      <header className="shell-top">
        <Link className="shell-name" to={paths.executions()} aria-label="Dirigent">
          <img src={hostUrl("icon.svg")} alt="" width={22} height={22} />
          <span>Dirigent</span>
        </Link>
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
        <WhoMenu />
        <ThemeMenu />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const THEMES: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

function ThemeMenu() {
  const chosen = useTheme();
  return (
    <Menu
      trigger={
        <Button kind="quiet" aria-label={`Theme: ${THEMES[chosen]}`}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
            <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
          </svg>
        </Button>
      }
      items={(Object.keys(THEMES) as Theme[]).map((theme) => ({
        label: theme === chosen ? `${THEMES[theme]} ✓` : THEMES[theme],
        onSelect: () => chooseTheme(theme),
      }))}
    />
  );
}
