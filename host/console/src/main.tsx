// Where the console begins.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";
import "./ui/rows.css";
import "./app/shell.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
