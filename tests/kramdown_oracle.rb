# The parser of GitHub Pages as an oracle. Each line on stdin is a Markdown text as a JSON string;
# each line on stdout is its HTML and the tree of its blocks and spans.
require 'json'
require 'kramdown'
require 'kramdown-parser-gfm'

OPTIONS = { input: 'GFM', hard_wrap: false, gfm_quirks: 'paragraph_end', math_engine: 'mathjax',
            syntax_highlighter: nil }.freeze

def tree(element)
  { type: element.type, level: element.options[:level], category: element.options[:category],
    model: element.options[:content_model],
    value: element.value.is_a?(String) ? element.value : nil,
    id: element.attr['id'], children: element.children.map { |child| tree(child) } }
end

STDOUT.sync = true
STDIN.each_line do |line|
  document = Kramdown::Document.new(JSON.parse(line, quirks_mode: true), OPTIONS)
  puts JSON.generate({ html: document.to_html, tree: tree(document.root) })
end
