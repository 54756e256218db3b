// Entry of the page.
import { render } from "preact";
import { App } from "./app";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/views.css";

const root = document.getElementById("page");
if (root) render(<App />, root);
