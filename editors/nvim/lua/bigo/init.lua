-- What the built-in client leaves to us: buffer-local commands, a diff before a rewrite is applied, and Neovim 0.10.
local M = {}

--- The client's capabilities, with annotated edits declared. Neovim 0.10 does not declare them, but `confirm.lua`
--- honours them there too, so the server may ask before it changes a buffer.
function M.capabilities()
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  return vim.tbl_deep_extend('force', capabilities, {
    workspace = { workspaceEdit = { changeAnnotationSupport = { groupsOnLabel = false } } },
    textDocument = { codeAction = { honorsChangeAnnotations = true } },
  })
end

--- Handlers of the server's own requests.
function M.handlers()
  return {
    ['workspace/applyEdit'] = function(...)
      return require('bigo.confirm').apply_edit(...)
    end,
  }
end

--- The argument of `bigo.rewrite`: the file, and the lines a command was given (the cursor's line if none).
local function target(client, bufnr, command)
  local first, last = command.line1, command.line2
  if command.range == 0 then
    first = vim.api.nvim_win_get_cursor(0)[1]
    last = first
  end
  local width = #(vim.api.nvim_buf_get_lines(bufnr, last - 1, last, false)[1] or '')
  local params = vim.lsp.util.make_given_range_params({ first, 0 }, { last, width }, bufnr, client.offset_encoding)
  return { uri = params.textDocument.uri, range = params.range }
end

--- Run a server command; `handler(result)` gets its answer. Errors are shown.
local function execute(client, bufnr, command, argument, handler)
  local function answer(err, result)
    if err then
      vim.notify('bigo: ' .. err.message, vim.log.levels.ERROR)
    elseif handler then
      handler(result)
    end
  end
  if client.exec_cmd then
    client:exec_cmd({ title = command, command = command, arguments = { argument } }, { bufnr = bufnr }, answer)
  else -- Neovim 0.10
    client.request('workspace/executeCommand', { command = command, arguments = { argument } }, answer, bufnr)
  end
end

--- Show a document that the server answered (`title`, `text`, `language`) in a scratch buffer.
local function show(document)
  vim.cmd('botright new')
  local bufnr = vim.api.nvim_get_current_buf()
  vim.bo[bufnr].buftype, vim.bo[bufnr].bufhidden, vim.bo[bufnr].swapfile = 'nofile', 'wipe', false
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(document.text, '\n', { plain = true }))
  vim.bo[bufnr].modifiable, vim.bo[bufnr].filetype = false, document.language or 'markdown'
  vim.api.nvim_buf_set_name(bufnr, ('bigo://%d/%s'):format(bufnr, document.title or 'request'))
end

--- Put the hottest functions of the linked profile into the quickfix list, hottest first.
local function list_hot(hot)
  local items = {}
  for _, one in ipairs(hot.functions) do
    items[#items + 1] = {
      filename = vim.uri_to_fname(one.uri),
      lnum = one.line + 1,
      text = table.concat({ one.name, one.cost, one.measured }, '  '),
    }
  end
  if #items > 0 then
    vim.fn.setqflist({}, ' ', { title = 'bigo: hottest functions', items = items })
    vim.cmd('botright copen')
  end
end

--- Show what the server answered as text, if it did.
local function show_text(title, language)
  return function(result)
    if type(result) == 'table' and result.text then
      show({ title = result.title or title, text = result.text, language = result.language or language })
    end
  end
end

--- Buffer-local commands. A config of your own that sets `on_attach` calls this one first.
function M.on_attach(client, bufnr)
  local function define(name, desc, run, options)
    options = vim.tbl_extend('force', { range = true, desc = 'bigo: ' .. desc }, options or {})
    vim.api.nvim_buf_create_user_command(bufnr, name, run, options)
  end
  --- A command of the server about the function here.
  local function define_here(name, desc, command, handler)
    define(name, desc, function(given)
      execute(client, bufnr, command, target(client, bufnr, given), handler)
    end)
  end
  local function define_plain(name, desc, command, handler)
    define(name, desc, function()
      execute(client, bufnr, command, vim.empty_dict(), handler)
    end, { range = false })
  end
  define_here('LspBigoRewrite', 'rewrite the function here with Claude', 'bigo.rewrite')
  define_here('LspBigoShowRequest', 'show the request a rewrite would send, without sending it', 'bigo.showRequest', show_text('request'))
  define_here('LspBigoExplain', 'let Claude explain the finding here in a line', 'bigo.explain')
  define_here('LspBigoVerify', 'run the function here against its last version: same answers, less work?', 'bigo.verify')
  define_here('LspBigoPrewarm', 'have the API cache what rewrites of this file begin with', 'bigo.prewarm')
  define_plain('LspBigoHot', 'list the hottest functions of the linked profile', 'bigo.showHot', list_hot)
  define_plain('LspBigoStats', 'show what rewrites have cost', 'bigo.showStats', show_text('what rewrites cost', 'text'))
  define_plain('LspBigoUnlinkProfiles', 'take all profiles away again', 'bigo.unlinkProfiles')
  define('LspBigoLinkProfile', 'link a profile file', function(given)
    local path = vim.fs.normalize(vim.fn.fnamemodify(vim.fn.expand(given.args), ':p'))
    execute(client, bufnr, 'bigo.linkProfile', { path = path })
  end, { range = false, nargs = 1, complete = 'file' })
end

--- The first folder above a buffer that holds a marker, by priority: what 0.11 does with `root_markers`.
local function root_of(bufnr, markers)
  for _, group in ipairs(markers) do
    local root = vim.fs.root(bufnr, group)
    if root then
      return root
    end
  end
end

--- Neovim 0.10 has `vim.lsp.start` alone: start on the file types, and in buffers that are open already.
local function start_by_filetype(config)
  local function start(bufnr)
    local root = config.root_dir or root_of(bufnr, config.root_markers)
    vim.lsp.start(vim.tbl_extend('force', config, { name = 'bigo', root_dir = root }), { bufnr = bufnr })
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('bigo', { clear = true }),
    pattern = config.filetypes,
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.tbl_contains(config.filetypes, vim.bo[bufnr].filetype) then
      start(bufnr)
    end
  end
end

--- Start bigo for its file types. `options` overrides fields of `lsp/bigo.lua`, for example `{ cmd = { ... } }`.
---@param options? table
function M.setup(options)
  options = options or {}
  if vim.lsp.config then
    vim.lsp.config('bigo', options)
    vim.lsp.enable('bigo')
    return
  end
  local here = debug.getinfo(1, 'S').source:sub(2)
  local plugin = vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(here)))
  start_by_filetype(vim.tbl_deep_extend('force', dofile(plugin .. '/lsp/bigo.lua'), options))
end

return M
