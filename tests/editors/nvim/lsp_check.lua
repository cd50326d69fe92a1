-- Drive bigo from a headless Neovim (0.10 or newer), configured by editors/nvim as a person would. A scenario says:
--   local t = dofile(os.getenv('BIGO_REPO') .. '/tests/editors/nvim/lsp_check.lua')
-- Environment: BIGO_REPO, the repository; BIGO_CMD, the server's command as a JSON list; BIGO_WORKSPACE, a fresh folder.
local M = { new = vim.fn.has('nvim-0.11') == 1 }
local started = vim.uv.hrtime()
local repo = assert(os.getenv('BIGO_REPO'), 'set BIGO_REPO')
M.root = (assert(os.getenv('BIGO_WORKSPACE'), 'set BIGO_WORKSPACE'))
M.command = vim.json.decode((assert(os.getenv('BIGO_CMD'), 'set BIGO_CMD')))

function M.check(ok, message, ...)
  local ms = (vim.uv.hrtime() - started) / 1e6
  io.stdout:write(('%s %5.0f ms  %s\n'):format(ok and 'ok  ' or 'FAIL', ms, message:format(...)))
  if not ok then
    io.stdout:write(vim.fn.execute('messages') .. '\n')
    local log = vim.fn.systemlist({ 'tail', '-n', '20', vim.fn.stdpath('state') .. '/lsp.log' })
    io.stdout:write(table.concat(log, '\n') .. '\n')
    vim.cmd('cquit 1')
  end
  return ok
end

--- Wait for a condition while Neovim's loop runs; returns what it returned.
function M.wait(condition, ms)
  local value
  vim.wait(ms or 20000, function() value = condition() return value end, 10)
  return value
end

--- Put editors/nvim on the runtime path and start bigo by `require('bigo').setup`.
function M.setup(options)
  vim.opt.runtimepath:prepend(repo .. '/editors/nvim')
  vim.cmd('filetype on')
  require('bigo').setup(vim.tbl_extend('force', { cmd = M.command }, options or {}))
end

--- Open a file of the workspace; returns its buffer and the client, once it is attached.
function M.open(name)
  vim.cmd.edit(M.root .. '/' .. name)
  local buf = vim.api.nvim_get_current_buf()
  local client = M.wait(function()
    local c = vim.lsp.get_clients({ bufnr = buf, name = 'bigo' })[1]
    return c and c.initialized and c or nil
  end, 60000)
  M.check(client, 'attached, position encoding %s', client and client.offset_encoding or '-')
  return buf, client
end

--- Wait until exactly these rules are reported, in the order of their places; returns the diagnostics.
function M.diagnostics(buf, rules)
  local found
  local function same()
    found = vim.diagnostic.get(buf)
    table.sort(found, function(a, b) return a.lnum < b.lnum or (a.lnum == b.lnum and a.col < b.col) end)
    return vim.deep_equal(vim.tbl_map(function(d) return d.code end, found), rules)
  end
  local ok = M.wait(same)
  M.check(ok, 'diagnostics %s (want %s)', vim.inspect(vim.tbl_map(function(d) return d.code end, found)), vim.inspect(rules))
  return found
end

function M.text(buf) return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n') end

--- The text a diagnostic marks: proof that both sides count the same characters.
function M.marked(buf, d)
  return vim.api.nvim_buf_get_text(buf, d.lnum, d.col, d.end_lnum, d.end_col, {})[1]
end

--- Wait until the buffer holds a text (or, with `gone`, no longer holds it).
function M.until_text(buf, needle, gone)
  local ok = M.wait(function() return (M.text(buf):find(needle, 1, true) ~= nil) ~= (gone == true) end, 30000)
  M.check(ok, 'buffer %s %q%s', gone and 'lost' or 'holds', needle, ok and '' or (':\n' .. M.text(buf)))
end

--- Request through the client; 0.11 made the methods real methods.
function M.request(client, buf, method, params)
  local reply
  if M.new then reply = client:request_sync(method, params, 20000, buf) else reply = client.request_sync(method, params, 20000, buf) end
  M.check(reply and not reply.err, '%s answered %s', method, reply and reply.err and vim.inspect(reply.err) or '')
  return reply.result
end

--- Choose and apply the one code action at a place (row from 0, byte column) that the filter accepts, resolve included.
function M.apply_action(row, col, filter)
  vim.api.nvim_win_set_cursor(0, { row + 1, col })
  vim.lsp.buf.code_action({ apply = true, filter = filter })
end

function M.is_rewrite(action)
  local command = action.command
  return (type(command) == 'table' and command.command or command) == 'bigo.rewrite'
end

--- Wait for the diff that asks before a rewrite is applied; returns its text. `answer(key)` presses a key in it.
function M.asked()
  local window = M.wait(function()
    local w = vim.api.nvim_get_current_win()
    return vim.api.nvim_win_get_config(w).relative ~= '' and vim.bo[vim.api.nvim_win_get_buf(w)].filetype == 'diff' and w or nil
  end, 60000)
  M.check(window, 'a diff asks before the edit')
  local text = M.text(vim.api.nvim_win_get_buf(window))
  return text, function(key)
    vim.api.nvim_feedkeys(vim.keycode(key), 'xt', false)
    M.check(M.wait(function() return not vim.api.nvim_win_is_valid(window) end), 'the diff closed on %s', key)
  end
end

function M.stop(client)
  if M.new then client:stop() else client.stop() end
  local function stopped() if M.new then return client:is_stopped() end return client.is_stopped() end
  M.check(M.wait(stopped, 10000), 'stopped')
  vim.cmd('qall!')
end

return M
