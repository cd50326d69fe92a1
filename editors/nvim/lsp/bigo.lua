-- bigo for Neovim's built-in client: `vim.lsp.enable('bigo')` (0.11 or newer) reads this file from the runtime path.
-- Change any of it with `vim.lsp.config('bigo', { ... })`; Neovim 0.10 gets it through `require('bigo').setup()`.
local bigo = require('bigo')

---@type vim.lsp.Config
return {
  cmd = { 'bigo', 'server' },
  filetypes = { 'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'htmldjango', 'jinja' },
  -- Markers of one inner list are equal; a list goes before what follows it. A project's own file wins over `.git`.
  root_markers = {
    { 'pyproject.toml', 'setup.py', 'setup.cfg', 'manage.py', 'package.json', 'tsconfig.json' },
    '.git',
  },
  -- The same names as `[tool.bigo]` in pyproject.toml.
  settings = { bigo = {} },
  init_options = { opens = { 'request', 'hot', 'text' } }, -- what the client shows itself: `:LspBigoShowRequest`, `:LspBigoHot`, ...
  capabilities = bigo.capabilities(),
  handlers = bigo.handlers(),
  on_attach = bigo.on_attach,
}
