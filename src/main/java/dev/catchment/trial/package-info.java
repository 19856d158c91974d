/**
 * Test sessions: sources that nobody owns and that end by themselves, with what people write beside
 * their events, where their requests are forwarded to, and how one becomes an ordinary source. It
 * must never know HTTP or who is calling. Start reading at {@link
 * dev.catchment.trial.TestSessions}.
 */
@NullMarked
package dev.catchment.trial;

import org.jspecify.annotations.NullMarked;
