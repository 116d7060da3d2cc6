// Which page shows a route. The Studio is loaded when it is wanted.
import { lazy, Suspense } from "react";
import type { Route } from "./routes";

const Studio = lazy(() => import("../studio"));

export function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "studio":
      return (
        <Suspense fallback={<p className="quiet">Loading…</p>}>
          <Studio {...(route.arn === undefined ? {} : { arn: route.arn })} />
        </Suspense>
      );
    default:
      return <p className="quiet">There is no such page.</p>;
  }
}
