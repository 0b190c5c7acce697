#!/bin/sh
# Marp 5.0.2: a <video> is let through, but its captions become text inside it, and its name for screen readers is gone.
#
# What surprised: Marp Core lets a list of HTML elements through by default, and <video> and <audio> are on it with the
# attributes that play them. <track>, the only way to give a video captions, is not: it is escaped, so that it stands as
# a text inside the video, where a browser shows nothing of it. No warning is given. Of the video's own attributes
# aria-label and style are dropped as silently, while title stays; a video thus loses its name for screen readers, and a
# width given by a style is ignored. With { html: true } all of it is kept.
#
# Why it matters to our users: captions are what is said with a clip. A snippet that works in reveal.js and in Markdown
# looks right in Marp, too, and has neither captions nor a size.
# What the product does: for Marp the captions go into the speaker's notes, and a <style scoped> gives the size.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error @marp-team/marp-core@5.0.2 >/dev/null
cat > look.mjs <<'SCRIPT'
import { readFileSync } from "node:fs"
import { Marp } from "@marp-team/marp-core"
const { version } = JSON.parse(readFileSync("node_modules/@marp-team/marp-core/package.json"))
const video = `<video src="a.mp4" title="A title" aria-label="A name" style="width:100%" muted>
  <track kind="captions" src="a.vtt" srclang="en">
</video>`
const html = (options) => new Marp({ script: false, ...options }).render(video).html
console.log("marp-core", version)
console.log("as it is:\n" + html({}))
console.log("with html: true:\n" + html({ html: true }))
const found = html({}), open = html({ html: true })
const as_described = found.includes("&lt;track") && !found.includes("aria-label") && !found.includes("style=\"width")
    && found.includes('title="A title"') && open.includes("<track") && open.includes("aria-label")
console.log(as_described ? "as described" : "changed")
process.exit(as_described ? 0 : 1)
SCRIPT
node look.mjs
