// What Slidev reads in a Markdown file, as JSON: `node slides_of.mjs FILE`.
import { readFileSync } from "node:fs"
import { parseSync } from "@slidev/parser"

const file = process.argv[2]
const { slides } = parseSync(readFileSync(file, "utf8"), file)
console.log(JSON.stringify(slides.map(({ frontmatter, content, note }) => ({ frontmatter, content, note }))))
