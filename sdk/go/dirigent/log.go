package dirigent

import (
	"bytes"
	"context"
	"log/slog"
	"sync"

	"dirigent/internal/host"
)

// Lines of log and log/slog go to the task's log, with their level.
func init() { slog.SetDefault(slog.New(newLogHandler())) }

// logHandler writes records as slog's text handler does, without time and level, which the host's log has itself.
type logHandler struct {
	inner slog.Handler
	line  *line
}

type line struct {
	sync.Mutex
	bytes.Buffer
}

func newLogHandler() logHandler {
	text := &line{}
	options := slog.HandlerOptions{
		Level: slog.LevelDebug - 4,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && (attr.Key == slog.TimeKey || attr.Key == slog.LevelKey || attr.Key == slog.MessageKey) {
				return slog.Attr{}
			}
			return attr
		},
	}
	return logHandler{inner: slog.NewTextHandler(&text.Buffer, &options), line: text}
}

func (h logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	h.line.Lock()
	defer h.line.Unlock()
	h.line.Reset()
	h.line.WriteString(record.Message)
	h.line.WriteByte(' ')
	if err := h.inner.Handle(ctx, record); err != nil {
		return err
	}
	host.Log(level(record.Level), string(bytes.TrimRight(h.line.Bytes(), " \n")))
	return nil
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{inner: h.inner.WithAttrs(attrs), line: h.line}
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{inner: h.inner.WithGroup(name), line: h.line}
}

func level(level slog.Level) host.Level {
	switch {
	case level >= slog.LevelError:
		return host.Error
	case level >= slog.LevelWarn:
		return host.Warn
	case level >= slog.LevelInfo:
		return host.Info
	case level >= slog.LevelDebug:
		return host.Debug
	}
	return host.Trace
}
