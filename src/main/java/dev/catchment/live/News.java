package dev.catchment.live;

import dev.catchment.json.Json;
import java.util.List;

/**
 * Something to tell.
 *
 * @param channels every channel of the environment that it is told on
 * @param type as in {@link Told}
 * @param position as in {@link Told}
 * @param data the row as it is shown
 */
public record News(String envId, List<String> channels, String type, long position, Json data) {}
