-- A query per turn in TypeScript, sent in another file that is not open: the finding names it.
local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
t.setup()
local buf, client = t.open('customers.ts')
t.check(vim.bo[buf].filetype == 'typescript', 'file type %s', vim.bo[buf].filetype)
local found = t.diagnostics(buf, { 'query-in-loop' })[1]
local related = found.user_data.lsp.relatedInformation
local there = vim.tbl_filter(function(r) return vim.endswith(r.location.uri, '/orders.ts') end, related)
t.check(#there > 0, 'related information leads to orders.ts: %s', there[1] and there[1].message)
t.stop(client)
