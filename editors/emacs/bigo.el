;;; bigo.el --- The bigo language server in eglot  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "29.1"))

;;; Commentary:

;; Registers bigo with eglot, which comes with Emacs 29, and adds the command `bigo-rewrite'.  Put this folder on `load-path':
;;
;;     (require 'bigo)
;;     (add-hook 'python-base-mode-hook #'eglot-ensure)
;;
;; Eglot runs one server per mode.  To have bigo beside another server, join them with a multiplexer such as rass.

;;; Code:

(require 'eglot)

(defgroup bigo nil "Code whose cost grows too fast." :group 'eglot)

(defcustom bigo-command '("bigo" "server")
  "The command that starts the server."
  :type '(repeat string))

;; A class of its own, so that the method below is for this server alone.
(defclass bigo-server (eglot-lsp-server) () :documentation "The bigo language server.")

(defun bigo-contact (&rest _)
  "What eglot starts: `bigo-command'."
  (cons 'bigo-server bigo-command))

(dolist (modes '((python-mode python-ts-mode)
                 ((js-mode :language-id "javascript") (js-ts-mode :language-id "javascript"))
                 ((typescript-ts-mode :language-id "typescript"))
                 ((tsx-ts-mode :language-id "typescriptreact"))))
  (add-to-list 'eglot-server-programs (cons modes #'bigo-contact)))

;; Eglot answers `window/showMessageRequest' but does not say so.  With this the server asks before it rewrites.
(cl-defmethod eglot-client-capabilities ((_server bigo-server))
  "Eglot's capabilities, and that it can ask."
  (let ((capabilities (cl-call-next-method)))
    (plist-put capabilities :window
               (append '(:showMessage (:messageActionItem (:additionalPropertiesSupport :json-false)))
                       (plist-get capabilities :window)))))

(cl-defmethod eglot-execute ((server bigo-server) action)
  "Run ACTION of SERVER; a command without waiting for it.
A rewrite takes longer than eglot waits for an answer, and the editor stays usable."
  (let ((command (plist-get action :command)))
    (if (stringp command)                ; a Command; a CodeAction holds one and comes here again with it
        (bigo--request server command (plist-get action :arguments))
      (cl-call-next-method))))

(defun bigo--request (server command arguments)
  "Ask SERVER to run COMMAND with ARGUMENTS; an error is shown."
  (jsonrpc-async-request
   server :workspace/executeCommand (list :command command :arguments arguments)
   :timeout nil
   :success-fn #'ignore
   :error-fn (lambda (err) (message "[bigo] %s: %s" command (plist-get err :message)))))

(defun bigo-rewrite (from to)
  "Rewrite the function of the region FROM to TO, or at point, with Claude."
  (interactive (if (use-region-p) (list (region-beginning) (region-end))
                 (list (line-beginning-position) (line-end-position))))
  (eglot--signal-textDocument/didChange)
  (bigo--request (eglot--current-server-or-lose) "bigo.rewrite"
                 (vector (append (eglot--TextDocumentIdentifier)
                                 (list :range (list :start (eglot--pos-to-lsp-position from)
                                                    :end (eglot--pos-to-lsp-position to)))))))

(provide 'bigo)
;;; bigo.el ends here
