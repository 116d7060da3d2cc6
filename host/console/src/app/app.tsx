// The whole: what every page has around it, and the page.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Gate } from "../session/gate";
import { usePath } from "./location";
import { Page } from "./page";
import { routeOf } from "./routes";
import { Shell } from "./shell";
import { applyTheme, chosenTheme } from "./theme";

applyTheme(chosenTheme());

const client = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 1_000 } },
});

export function App() {
  const route = routeOf(usePath());
  return (
    <QueryClientProvider client={client}>
      <Gate>
        <Shell route={route}>
          <Page route={route} />
        </Shell>
      </Gate>
    </QueryClientProvider>
  );
}
