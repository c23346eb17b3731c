/* SPDX-License-Identifier: Apache-2.0 */
#include "output/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

#include "base/colour.h"

#define ROWS	     24
#define COLUMNS	     80
#define COLUMNS_MAX  4096
#define ERASE_LINE   "\r\033[K"
#define CTRL_D	     4
#define ESCAPE_BEGIN 27

static void read_size(struct terminal *t)
{
	struct winsize size = {0};

	if (ioctl(t->out, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){0};
	t->rows = size.ws_row ? size.ws_row : ROWS;
	t->columns = size.ws_col ? size.ws_col : COLUMNS;
	if (t->columns > COLUMNS_MAX)
		t->columns = COLUMNS_MAX;
}

void terminal_init(struct terminal *t, int out, int in, enum options_color color)
{
	*t = (struct terminal){.out = out, .in = in, .signals = -1, .keys = -1};
	t->tty = isatty(out) == 1;
	t->escapes = t->tty && colour_escapes(out);
	t->colour = color == OPTIONS_COLOR_ALWAYS ||
		    (color == OPTIONS_COLOR_AUTO && t->tty && colour_wanted(out));
	read_size(t);
	if (!t->tty)
		return;
	/* wcwidth knows nothing beyond ASCII in the C locale. It is this thread's alone. */
	t->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (t->locale)
		uselocale(t->locale);
}

/* A terminal that is not ours to control has no foreground that we could be out of. */
static bool is_in_front(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group < 0 || group == getpgrp();
}

/* What ends a process and cannot wait to be read: a handler knows nothing but what is static. */
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct {
	volatile sig_atomic_t taken;
	int fd;
	struct termios before;
} keyboard;

static void on_fatal(int sig)
{
	if (keyboard.taken && is_in_front(keyboard.fd))
		tcsetattr(keyboard.fd, TCSANOW, &keyboard.before);
	raise(sig); /* when this returns; the handler is gone by then */
}

/* Who has a handler there already (a sanitizer) keeps it. */
static void replace_fatal(void (*from)(int), void (*to)(int))
{
	struct sigaction sa = {.sa_handler = to, .sa_flags = SA_RESETHAND}, now;

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		if (sigaction(fatal[i], NULL, &now) == 0 && now.sa_handler == from)
			sigaction(fatal[i], &sa, NULL);
}

static void take_keys(struct terminal *t)
{
	struct termios mode;

	if (!t->with_keys || t->keys >= 0 || isatty(t->in) != 1 || !is_in_front(t->in) ||
	    tcgetattr(t->in, &mode) < 0)
		return;
	/* What a shell left us after a stop may be our own mode: the first one is the user's. */
	if (!t->saved)
		t->before = mode;
	t->saved = true;
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	keyboard.fd = t->in;
	keyboard.before = t->before;
	keyboard.taken = 1;
	if (tcsetattr(t->in, TCSANOW, &mode) == 0)
		t->keys = t->in;
	else
		keyboard.taken = 0;
}

void terminal_begin(struct terminal *t, bool keys)
{
	if (!t->tty)
		return;
	t->with_keys = keys;
	sigemptyset(&t->taken);
	sigaddset(&t->taken, SIGWINCH);
	sigaddset(&t->taken, SIGCONT);
	if (keys) {
		sigaddset(&t->taken, SIGTSTP);
		sigaddset(&t->taken, SIGQUIT);
		sigaddset(&t->taken, SIGUSR1);
		sigaddset(&t->taken, SIGUSR2);
	}
	t->signals = signalfd(-1, &t->taken, SFD_NONBLOCK | SFD_CLOEXEC);
	if (t->signals < 0)
		return;
	pthread_sigmask(SIG_BLOCK, &t->taken, NULL);
	/* It may have changed while the tool was made. */
	read_size(t);
	if (keys)
		replace_fatal(SIG_DFL, on_fatal);
	take_keys(t);
}

/* What the signal does by itself: SIGTSTP returns when we go on, the others do not. */
static void let(int sig)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	raise(sig);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	pthread_sigmask(SIG_BLOCK, &one, NULL);
}

static void leave_for(struct terminal *t, int sig)
{
	terminal_leave(t);
	if (t->escapes && is_in_front(t->out) && write(t->out, ERASE_LINE, strlen(ERASE_LINE)) < 0)
		t->escapes = false;
	let(sig);
	take_keys(t);
}

static unsigned int take_signals(struct terminal *t)
{
	struct signalfd_siginfo info;
	unsigned int what = 0;

	while (read(t->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGTSTP:
		case SIGQUIT:
		case SIGUSR1:
		case SIGUSR2:
			leave_for(t, (int)info.ssi_signo);
			what |= TERMINAL_AGAIN;
			break;
		case SIGCONT:
			take_keys(t);
			what |= TERMINAL_AGAIN;
			break;
		default:
			what |= TERMINAL_RESIZED;
			break;
		}
	}
	if (what)
		read_size(t);
	return what;
}

/* Arrows and their like come as an escape and more, at once: the rest of it is no key. */
static unsigned int key(char c, unsigned int what)
{
	switch (c) {
	case 'q':
	case 'Q':
	case CTRL_D:
		return what | TERMINAL_QUIT;
	case ' ':
		return what ^ TERMINAL_PAUSE;
	case 's':
		return what | TERMINAL_SORT;
	default:
		return what;
	}
}

static unsigned int read_keys(struct terminal *t)
{
	unsigned int what = 0;
	char typed[64];
	int n = 0;
	ssize_t got;

	if (ioctl(t->keys, FIONREAD, &n) == 0 && n == 0)
		return 0;
	got = read(t->keys, typed, sizeof(typed));
	if (got <= 0)
		return TERMINAL_QUIT;
	for (ssize_t i = 0; i < got && typed[i] != ESCAPE_BEGIN; i++)
		what = key(typed[i], what);
	return what;
}

unsigned int terminal_events(struct terminal *t)
{
	unsigned int what = t->signals >= 0 ? take_signals(t) : 0;

	return t->keys >= 0 ? what | read_keys(t) : what;
}

bool terminal_in_front(struct terminal *t)
{
	if (!is_in_front(t->out))
		return false;
	take_keys(t);
	return true;
}

void terminal_leave(struct terminal *t)
{
	if (t->keys < 0)
		return;
	/* From the background this would stop us, and a shell has put its own mode there. */
	if (is_in_front(t->in)) {
		tcflush(t->in, TCIFLUSH);
		tcsetattr(t->in, TCSANOW, &t->before);
	}
	keyboard.taken = 0;
	t->keys = -1;
}

void terminal_free(struct terminal *t)
{
	if (t->with_keys)
		replace_fatal(on_fatal, SIG_DFL);
	t->with_keys = false;
	terminal_leave(t);
	if (t->signals >= 0) {
		close(t->signals);
		pthread_sigmask(SIG_UNBLOCK, &t->taken, NULL);
	}
	t->signals = -1;
	if (t->locale) {
		uselocale(LC_GLOBAL_LOCALE);
		freelocale(t->locale);
	}
	t->locale = (locale_t)0;
}

size_t terminal_char(const char *text, size_t len, size_t *width)
{
	unsigned char c = (unsigned char)*text;
	size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	wchar_t code = n == 1 ? c : c & (0x7f >> n);
	int columns;

	if (n > len)
		n = len;
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	columns = c < 0x80 ? 1 : wcwidth(code);
	*width = columns < 0 ? 1 : (size_t)columns;
	return n;
}

size_t terminal_width(const char *text, size_t len)
{
	size_t sum = 0, width;

	while (len) {
		size_t n = terminal_char(text, len, &width);

		sum += width;
		text += n;
		len -= n;
	}
	return sum;
}
