// Which page shows a route. The Studio is loaded when it is wanted.
import { lazy, Suspense } from "react";
import { Empty } from "../ui/empty";
import { Link } from "./location";
import { paths, type Route } from "./routes";

const ExecutionPage = lazy(() => import("../execution/page"));
const ExecutionsPage = lazy(() => import("../executions/page"));
const MachinesPage = lazy(() => import("../machines/page"));
const MachinePage = lazy(() => import("../machines/machine-page"));
const MapRunPage = lazy(() => import("../map-runs/page"));
const PluginsPage = lazy(() => import("../plugins/page"));
const PluginPage = lazy(() => import("../plugins/plugin-page"));
const Studio = lazy(() => import("../studio"));

export function Page({ route }: { route: Route }) {
  return <Suspense fallback={<p className="empty">Loading…</p>}>{pageOf(route)}</Suspense>;
}

function pageOf(route: Route) {
  switch (route.page) {
    case "execution":
      return <ExecutionPage key={route.arn} arn={route.arn} />;
    case "executions":
      return <ExecutionsPage />;
    case "machines":
      return <MachinesPage />;
    case "machine":
      return <MachinePage key={route.arn} arn={route.arn} />;
    case "mapRun":
      return <MapRunPage key={route.arn} arn={route.arn} />;
    case "plugins":
      return <PluginsPage />;
    case "plugin":
      return <PluginPage key={route.name} name={route.name} />;
    case "studio":
      return <Studio {...(route.arn === undefined ? {} : { arn: route.arn })} />;
    default:
      return (
        <Empty title="There is no such page.">
          <p>The address may be cut, or of another version of the console.</p>
          <Link to={paths.executions()}>All executions</Link>
        </Empty>
      );
  }
}
