-- Open a file, see the finding behind an emoji, hover, type, and take the local fix.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup()
local buf, client = t.open('sample.py')

local found = t.diagnostics(buf, { 'membership-in-list' })[1]
t.check(found.source == 'bigo', 'source %s', found.source)
local marked = t.marked(buf, found)
t.check(marked == os.getenv('BIGO_MARKED'), 'marks %q after the emoji', marked)

local function hover(row, character)
  local params = { textDocument = { uri = vim.uri_from_bufnr(buf) }, position = { line = row, character = character } }
  return t.request(client, buf, 'textDocument/hover', params)
end
local text = hover(0, 5).contents.value
t.check(text:find('O(', 1, true) and text:find('|users|', 1, true), 'hover names the cost: %s', text)

-- Incremental sync: type on the line of the finding, before the emoji and after it, and above.
local row = found.lnum
vim.api.nvim_buf_set_text(buf, row, 11, row, 11, { '"héé" and ' })
vim.api.nvim_buf_set_lines(buf, 0, 0, false, { '# 𝒏 rows', '' })
local ok = t.wait(function()
  local d = vim.diagnostic.get(buf)[1]
  return d and d.lnum == row + 2 and t.marked(buf, d) == marked
end)
t.check(ok, 'the finding moved along')

found = vim.diagnostic.get(buf)[1]
t.apply_action(found.lnum, found.col, function(action) return action.isPreferred end)
t.until_text(buf, os.getenv('BIGO_FIXED'))
t.diagnostics(buf, {})
t.check(t.text(buf):find('"héé" and ', 1, true), 'what was typed is still there')
t.stop(client)
