// The Workflow Studio's page.

export default function Studio({ arn }: { arn?: string }) {
  return <p className="quiet">{arn ?? "A new workflow"}</p>;
}
