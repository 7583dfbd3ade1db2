// Opens HTML reports in Chromium and checks that everybody can read them, on any screen and on paper.
// Prints one JSON document; exits with 1 if anything is wrong, with 2 if it cannot work.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDTHS = [320, 800, 1280];
// Inner width in CSS pixels, at 96 to the inch, between the margins of 12 mm that the style sheet sets.
const PAPERS = { A4: Math.floor(((210 - 24) / 25.4) * 96), Letter: Math.floor(((215.9 - 24) / 25.4) * 96) };
// Of a long report, as many claims are kept at either end.
const CLAIMS_KEPT = 100;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const { files, screenshots } = readArguments(process.argv.slice(2));
const scratch = mkdtempSync(join(tmpdir(), "claimgate-browser-"));
let wrong = false;
try {
  const context = await chromium.launchPersistentContext(join(scratch, "profile"), {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
    timeout: 60_000,
  });
  const reports = [];
  for (const file of files) {
    reports.push(await checkFile(context, file));
  }
  await context.close();
  wrong = reports.some((report) => report.problems.length > 0);
  console.log(JSON.stringify({ reports }, null, 2));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = wrong ? 1 : 0;

function readArguments(args) {
  const at = args.indexOf("--screenshots");
  const screenshots = at < 0 ? null : args.splice(at, 2)[1];
  if (args.length === 0) {
    console.error("usage: node check.mjs [--screenshots DIR] REPORT.html...");
    process.exit(2);
  }
  if (screenshots) {
    mkdirSync(screenshots, { recursive: true });
  }
  return { files: args, screenshots };
}

async function checkFile(context, file) {
  const page = await context.newPage();
  const problems = [];
  const address = pathToFileURL(resolve(file)).href;
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) {
      problems.push({ check: "self-contained", asked: request.url() });
    }
  });
  page.on("pageerror", (error) => problems.push({ check: "script", error: error.message }));
  await page.goto(address, { waitUntil: "load" });
  const claims = await page.locator("article.claim").count();
  await page.evaluate(keepEnds, CLAIMS_KEPT);
  // Claims out of sight are not laid out until they are scrolled to, and could not be looked at.
  await page.addStyleTag({ content: ".claim { content-visibility: visible !important; }" });
  problems.push(...(await skipLink(page)));
  problems.push(...(await overflows(page, file)));
  problems.push(...(await inaccessible(page, file)));
  problems.push(...(await misprints(page, file)));
  await page.close();
  return { file, claims, problems };
}

function keepEnds(kept) {
  const claims = [...document.querySelectorAll("article.claim")];
  claims.slice(kept, -kept).forEach((claim) => claim.remove());
}

async function skipLink(page) {
  await page.keyboard.press("Tab");
  const target = await page.evaluate(() => document.activeElement?.getAttribute("href"));
  await page.evaluate(() => document.activeElement?.blur());
  const found = target?.startsWith("#") && (await page.locator(target).count()) === 1;
  return found ? [] : [{ check: "keyboard", first_stop: target }];
}

async function overflows(page, file) {
  const problems = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    problems.push(...(await tooWide(page, `screen of ${width} pixels`, true)));
    if (screenshots) {
      const name = `${basename(resolve(file, ".."))}-${basename(file, ".html")}-${width}.png`;
      await page.screenshot({ path: join(screenshots, name), clip: { x: 0, y: 0, width, height: 3000 }, fullPage: true });
    }
  }
  return problems;
}

// Finds elements that stick out of the window, wherever the scroll bar would hide them.
// On a screen, a table that needs both of its dimensions may scroll in a region of its own (WCAG 2.2, 1.4.10).
async function tooWide(page, where, mayScroll) {
  const out = await page.evaluate((exempt) => {
    const room = document.documentElement.clientWidth;
    const sticksOut = (element) => !element.closest(exempt) && element.getBoundingClientRect().right > room + 1;
    const name = (element) => `${element.localName}.${element.className}: ${element.textContent.slice(0, 40)}`;
    const guilty = [...document.querySelectorAll("body *:not(.skip)")].filter(sticksOut).slice(0, 5).map(name);
    return document.documentElement.scrollWidth > room + 1 || guilty.length > 0 ? guilty : null;
  }, mayScroll ? "[role=region][tabindex='0'] *" : ":not(*)");
  return out === null ? [] : [{ check: "overflow", where, elements: out }];
}

async function inaccessible(page, file) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.evaluate(AXE);
  const problems = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    if (screenshots && colorScheme === "dark") {
      const name = `${basename(resolve(file, ".."))}-${basename(file, ".html")}-dark.png`;
      await page.screenshot({ path: join(screenshots, name), fullPage: true });
    }
    problems.push(...(await violations(page, colorScheme)));
  }
  await page.emulateMedia({ colorScheme: null });
  return problems;
}

async function violations(page, colors) {
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }),
    AXE_TAGS,
  );
  return violations.map(({ id, impact, help, nodes }) => ({
    check: "wcag",
    colors,
    rule: id,
    impact,
    help,
    nodes: nodes.length,
    first: nodes[0].html.slice(0, 200),
    summary: nodes[0].failureSummary,
  }));
}

async function misprints(page, file) {
  const problems = [];
  const squeeze = (text) => text.normalize("NFKC").replace(/\s+/gu, "");
  const values = await page.locator("td, th, dd, dt, h1, h2, h3, h4, p:not(.skip)").allTextContents();
  for (const [format, width] of Object.entries(PAPERS)) {
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width, height: 900 });
    problems.push(...(await tooWide(page, `${format} paper`, false)));
    await page.emulateMedia({ media: null });
    const pdf = join(scratch, `${format}.pdf`);
    writeFileSync(pdf, await page.pdf({ format, preferCSSPageSize: false }));
    const printed = squeeze(execFileSync("pdftotext", ["-raw", pdf, "-"], { maxBuffer: 1 << 28, encoding: "utf8" }));
    const missing = values.map(squeeze).filter((value) => !printed.includes(value));
    if (missing.length > 0) {
      problems.push({ check: "print", format, missing: missing.length, first: missing.slice(0, 5) });
    }
    if (screenshots) {
      const stem = join(screenshots, `${basename(resolve(file, ".."))}-${basename(file, ".html")}-${format}`);
      execFileSync("pdftoppm", ["-r", "60", "-l", "3", "-png", pdf, stem]);
    }
  }
  return problems;
}
