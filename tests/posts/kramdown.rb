# Liquid, then kramdown as GitHub Pages configures it: a JSON string a line in, a JSON string out.
require "json"
require "liquid"
require "kramdown"
require "kramdown-parser-gfm"

OPTIONS = {
  input: "GFM", hard_wrap: false, gfm_quirks: "paragraph_end", math_engine: "mathjax",
  syntax_highlighter: nil,
}.freeze

$stdout.sync = true
while (line = $stdin.gets)
  source = JSON.parse("[#{line}]").first
  liquid = Liquid::Template.parse(source, error_mode: :strict).render("site" => { "baseurl" => "/blog" })
  puts JSON.generate(Kramdown::Document.new(liquid, OPTIONS).to_html)
end
