package dev.catchment.feeds;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks what people give for an item and brings it into the form of the record's data. Pure. */
public final class ItemInput {
  private static final int MESSAGE_LENGTH_MAX = 10_000;
  private static final int NAME_LENGTH_MAX = 200;
  private static final int MEDIA_MAX = 10;
  private static final Pattern SOURCE = Pattern.compile("[A-Z][A-Z0-9_]{1,31}");
  private static final Pattern MEDIA_TYPE = Pattern.compile("[^/\\s]{1,100}/[^/\\s]{1,100}");

  private final ContentType type;
  private final Faults faults;

  private ItemInput(ContentType type, Faults faults) {
    this.type = type;
    this.faults = faults;
  }

  /**
   * The fields that a body of the management API names, checked.
   *
   * @param body the whole body; members that are no fields of an item are passed over
   * @param faults gets what is wrong
   */
  public static Json.Obj fields(ContentType type, Json.Obj body, Faults faults) {
    ItemInput input = new ItemInput(type, faults);
    Map<String, Json> fields = new LinkedHashMap<>();
    for (ItemField field : ItemField.values()) {
      Json value = body.get(field.wire());
      if (value != null) {
        fields.put(field.key(), input.value(field, value));
      }
    }
    return new Json.Obj(fields);
  }

  /** Adds what a new item of that type cannot do without. */
  static Json.Obj complete(ContentType type, Json.Obj fields, long now, Faults faults) {
    Map<String, Json> data = new LinkedHashMap<>(fields.members());
    data.putIfAbsent("source", Json.of("MANUAL"));
    data.putIfAbsent("publishedAt", Json.of(Times.format(now)));
    if (type.hasPayload() && !Payloads.isGiven(data.get("payload"))) {
      data.put("payload", Payloads.checked(type, Json.object().build(), faults));
    }
    if (type == ContentType.TEXT && !data.containsKey("message")) {
      faults.add("message", "is required");
    }
    return new Json.Obj(data);
  }

  private Json value(ItemField field, Json value) {
    return switch (field) {
      case FULL_NAME, USERNAME -> nullableText(field, value, NAME_LENGTH_MAX);
      case MESSAGE -> text(field, value, MESSAGE_LENGTH_MAX);
      case SOURCE ->
          value instanceof Json.Str word && SOURCE.matcher(word.value()).matches()
              ? value
              : bad(field, "must match pattern ^[A-Z][A-Z0-9_]{1,31}$");
      case PROFILE_IMAGE_URL, PERMALINK -> url(field, value);
      case PUBLISHED_AT ->
          value instanceof Json.Str text
              ? Times.parse(text.value())
                  .<Json>map(at -> Json.of(Times.format(at)))
                  .orElseGet(() -> bad(field, "must be a time with an offset"))
              : bad(field, "must be a time with an offset");
      case MEDIA -> media(value);
      case PAYLOAD -> payload(value);
    };
  }

  private Json nullableText(ItemField field, Json value, int max) {
    return value instanceof Json.Null ? value : text(field, value, max);
  }

  private Json text(ItemField field, Json value, int max) {
    if (!(value instanceof Json.Str text)) {
      return bad(field, "must be a text");
    }
    String clean = Texts.clean(text.value());
    return Texts.length(clean) <= max
        ? Json.of(clean)
        : bad(field, "must be at most " + max + " characters");
  }

  private Json url(ItemField field, Json value) {
    if (value instanceof Json.Null) {
      return value;
    }
    return value instanceof Json.Str text && Texts.isUrl(text.value())
        ? value
        : bad(field, "must be " + Shape.Kind.URL.words());
  }

  private Json payload(Json value) {
    if (!type.hasPayload()) {
      return value instanceof Json.Null
          ? value
          : bad(ItemField.PAYLOAD, "must be null in a feed of type " + type.name());
    }
    return switch (value) {
      case Json.Obj object -> Payloads.checked(type, object, faults);
      case Json.Null none -> Payloads.checked(type, Json.object().build(), faults);
      default -> bad(ItemField.PAYLOAD, "must be an object");
    };
  }

  private Json media(Json value) {
    if (!(value instanceof Json.Arr array) || array.items().size() > MEDIA_MAX) {
      return bad(ItemField.MEDIA, "must be an array of at most " + MEDIA_MAX + " elements");
    }
    List<Json> media = new ArrayList<>();
    for (int i = 0; i < array.items().size(); i++) {
      String name = "media[" + i + "]";
      if (!(array.items().get(i) instanceof Json.Obj entry)) {
        faults.add(name, "must be an object");
      } else if (Payloads.isGiven(entry.get("media_id"))) {
        faults.add(name + ".media_id", "must be null: this version stores no files");
      } else if (!(entry.get("url") instanceof Json.Str url) || !Texts.isUrl(url.value())) {
        faults.add(name + ".url", "must be " + Shape.Kind.URL.words());
      } else {
        media.add(entry(name, url.value(), entry));
      }
    }
    return Json.array(media);
  }

  private Json entry(String name, String url, Json.Obj entry) {
    String mediaType = Texts.typeOf(url).orElse("");
    Json given = entry.get("type");
    if (Payloads.isGiven(given)) {
      mediaType = given instanceof Json.Str text ? text.value().toLowerCase(Locale.ROOT) : "";
    }
    if (!MEDIA_TYPE.matcher(mediaType).matches()) {
      faults.add(name + ".type", "must be a media type such as image/jpeg");
    }
    return Json.object().put("mediaUrl", url).put("mediaType", mediaType).build();
  }

  private Json bad(ItemField field, String rule) {
    faults.add(field.wire(), rule);
    return Json.nil();
  }
}
