// The state machines that use a version of a plugin.
import { useQuery as useAnswer } from "@tanstack/react-query";
import { get, told } from "../api/client";
import type { PluginUsers } from "../api/shapes";
import { Link } from "../app/location";
import { paths } from "../app/routes";
import { Notice } from "../ui/button";
import { nameOf } from "../ui/format";

export function Users({ name }: { name: string }) {
  const users = useAnswer({
    queryKey: ["plugin-users", name],
    queryFn: ({ signal }) => get<PluginUsers>(`plugins/${encodeURIComponent(name)}/users`, signal),
  });
  const arns = users.data?.stateMachineArns ?? [];
  return (
    <section className="panel" aria-label="State machines that use it">
      <h2>State machines whose next execution calls it</h2>
      {users.error && <Notice>{told(users.error)}</Notice>}
      {users.isSuccess && arns.length === 0 && <p className="quiet">None.</p>}
      <ul className="users">
        {arns.map((arn) => (
          <li key={arn}>
            <Link to={paths.machine(arn)}>{nameOf(arn)}</Link>
          </li>
        ))}
      </ul>
      {users.data?.more && <p className="quiet">There are more.</p>}
    </section>
  );
}
