package dev.catchment.retention;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is kept.
 *
 * @param eventsDays days an event is kept; 0 for ever
 * @param eventsMax events kept for each environment; 0 for any number
 * @param tombstoneDays days the tombstone of a record is kept
 * @param jobsKept how long a replay or retry job is kept after its end
 * @param archiveDir where expiring events are written first; empty for nowhere
 */
public record RetentionSettings(
    int eventsDays,
    long eventsMax,
    int tombstoneDays,
    Duration jobsKept,
    Optional<Path> archiveDir) {}
