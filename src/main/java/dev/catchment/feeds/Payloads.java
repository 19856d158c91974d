package dev.catchment.feeds;

import dev.catchment.base.Times;
import dev.catchment.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks payloads against the table of shapes and brings them into their one form. Pure. */
final class Payloads {
  private static final int BYTES_MAX = 64 << 10;
  private static final int LEVELS_MAX = 8;
  private static final int LABEL_LENGTH_MAX = 200;
  private static final int URI_BYTES_MAX = 2_000;
  private static final int NUMBER_LENGTH_MAX = 40;
  private static final Pattern COLOUR = Pattern.compile("#[0-9A-Fa-f]{6}");
  private static final Pattern COUNTRY = Pattern.compile("[A-Z]{3}");

  /** The members behind {@code type}, in wire order. */
  private static final Map<String, Shape> SHAPES =
      ShapeParser.parse(
          """
          Ref = {id str, name str, shortName str?, imageUrl url?}
          Stat = {name str, value str}
          Option = {id str, label label, imageUrl url?, votes int, percent num}
          Player = {id str, name str, shortName str?, shirtNumber int?, position str?, captain bool, gridRow int?, gridColumn int?}
          Standing = {group str?, rank int, team Ref, played int, won int, drawn int, lost int, goalsFor int, goalsAgainst int, goalDifference int, points int, form str?}
          Tie = {matchId str, round str, slot int, home Ref?, away Ref?, homeScore int?, awayScore int?, winner HOME|AWAY?, kickoffAt time?, nextMatchId str?}
          TeamSide = {team Ref, score int?, halfTimeScore int?, penalties int?}
          Incident = {id str, minute int, addedMinutes int?, side HOME|AWAY, kind GOAL|OWN_GOAL|PENALTY_GOAL|PENALTY_MISSED|YELLOW_CARD|SECOND_YELLOW|RED_CARD|SUBSTITUTION|VAR, player Ref?, secondPlayer Ref?}
          PlayerSide = {player Ref, country country?, seed str?, games int, points int, serving bool}
          Line = {matchId str, a Ref?, b Ref?, gamesA int, gamesB int, score str?, status str, court str?, startsAt time?, winner A|B?}
          POLL = {question str, status DRAFT|OPEN|CLOSED, opensAt time?, closesAt time?, multiple bool, totalVotes int, options [Option]}
          QR_CODE = {targetUrl uri, label label, foreground colour=#000000, background colour=#FFFFFF, errorCorrection L|M|Q|H=M, expiresAt time?}
          MEDIA = {title str?, caption str?, altText str?, credit str?, width int?, height int?, durationMs int?, sizeBytes int?}
          TEXT = {title str?, speaker str?, language str?, style str?}
          FOOTBALL_PLAYER = {playerId str, name str, shortName str?, shirtNumber int?, position GOALKEEPER|DEFENDER|MIDFIELDER|FORWARD?, team Ref?, nationality country?, dateOfBirth date?, heightCm int?, imageUrl url?, stats [Stat]}
          FOOTBALL_TEAM = {teamId str, name str, shortName str?, code str?, crestUrl url?, primaryColour colour?, secondaryColour colour?, coach str?, formation str?, competition Ref?, lineup [Player], substitutes [Player]}
          FOOTBALL_COMPETITION = {competitionId str, name str, shortName str?, season str?, country country?, logoUrl url?, stage str?, standings [Standing], bracket [Tie]}
          FOOTBALL_MATCH = {matchId str, competition Ref?, round str?, venue str?, kickoffAt time?, status SCHEDULED|FIRST_HALF|HALF_TIME|SECOND_HALF|EXTRA_TIME|PENALTIES|FINISHED|POSTPONED|SUSPENDED|ABANDONED|CANCELLED, minute int?, addedMinutes int?, home TeamSide, away TeamSide, events [Incident], stats [{name str, home str, away str}]}
          SQUASH_PLAYER = {playerId str, name str, shortName str?, country country?, worldRanking int?, seed str?, hand LEFT|RIGHT?, dateOfBirth date?, heightCm int?, imageUrl url?, stats [Stat]}
          SQUASH_MATCH = {matchId str, tournament Ref?, round str?, court str?, startsAt time?, status SCHEDULED|WARM_UP|LIVE|FINISHED|RETIRED|WALKOVER|CANCELLED, bestOf int, sideA PlayerSide, sideB PlayerSide, games [{number int, a int, b int, durationSeconds int?}], winner A|B?, durationSeconds int?}
          SQUASH_ROUND = {roundId str, tournament Ref?, name str, number int?, status SCHEDULED|LIVE|FINISHED, matches [Line]}
          SQUASH_BRACKET = {bracketId str, tournament Ref?, draw str, matches [{...Line, round str, slot int, nextMatchId str?}]}
          SQUASH_COMPETITION = {competitionId str, name str, season str?, level str?, country country?, logoUrl url?, tournaments [{...Ref, startsOn date?, endsOn date?}], standings [{rank int, player Ref, country country?, points num}]}
          SQUASH_TOURNAMENT = {tournamentId str, name str, competition Ref?, level str?, venue str?, city str?, country country?, startsOn date?, endsOn date?, drawSize int?, prizeMoney str?, status SCHEDULED|LIVE|FINISHED, champion Ref?, rounds [{roundId str, name str, number int?, status str}]}
          """);

  private final Faults faults;

  private Payloads(Faults faults) {
    this.faults = faults;
  }

  /**
   * The payload as it is stored and shown: {@code type} first, then the members of the type in
   * order, then the others. What is wrong is added to the faults.
   */
  static Json.Obj checked(ContentType type, Json.Obj given, Faults faults) {
    Json.Obj raw = given;
    Json named = given.get("type");
    if (named != null && !named.equals(Json.of(type.name()))) {
      faults.add("payload.type", "must be " + type.name());
    }
    if (type == ContentType.POLL) {
      raw = PollDraft.of(given, faults);
    }
    if (type == ContentType.QR_CODE && isGiven(given.get("expiresAt"))) {
      faults.add("payload.expiresAt", "must be null: this version does not act on it");
    }
    Shape shape = SHAPES.get(type.name());
    if (shape == null) {
      throw new IllegalStateException("No shape for " + type);
    }
    Json.ObjBuilder out = Json.object().put("type", type.name());
    if (new Payloads(faults).value(shape, raw, "payload", 1) instanceof Json.Obj members) {
      members
          .members()
          .forEach(
              (name, value) -> out.put(name, name.equals("type") ? Json.of(type.name()) : value));
    }
    Json.Obj payload = out.build();
    if (faults.isEmpty() && payload.bytes().length > BYTES_MAX) {
      faults.add("payload", "must be at most " + BYTES_MAX + " bytes");
    }
    return payload;
  }

  static boolean isGiven(@Nullable Json value) {
    return value != null && !(value instanceof Json.Null);
  }

  private Json value(Shape shape, Json value, String path, int level) {
    return switch (shape) {
      case Shape.Plain plain -> plain(plain.kind(), value, path);
      case Shape.OneOf words -> oneOf(words, value, path);
      case Shape.ListOf list -> list(list, value, path, level);
      case Shape.Members members -> members(members, value, path, level);
    };
  }

  private Json list(Shape.ListOf list, Json value, String path, int level) {
    if (!(value instanceof Json.Arr array)) {
      return bad(path, "must be an array");
    }
    List<Json> items = new ArrayList<>();
    for (int i = 0; i < array.items().size(); i++) {
      items.add(value(list.element(), array.items().get(i), path + "[" + i + "]", level + 1));
    }
    return Json.array(items);
  }

  private Json members(Shape.Members shape, Json value, String path, int level) {
    if (!(value instanceof Json.Obj object)) {
      return bad(path, "must be an object");
    }
    Map<String, Json> out = new LinkedHashMap<>();
    shape
        .members()
        .forEach((name, member) -> out.put(name, member(member, object, name, path, level)));
    object
        .members()
        .forEach((name, other) -> {
          if (!out.containsKey(name)) {
            out.put(Texts.clean(name), free(other, path + "." + name, level + 1));
          }
        });
    return new Json.Obj(out);
  }

  private Json member(Shape.Member member, Json.Obj object, String name, String path, int level) {
    Json value = object.get(name);
    if (value != null && !(value instanceof Json.Null)) {
      return value(member.shape(), value, path + "." + name, level + 1);
    }
    if (member.fallback() != null) {
      return member.fallback();
    }
    return member.nullable() ? Json.nil() : bad(path + "." + name, "is required");
  }

  /** What the table does not name is kept, with its text cleaned and its depth bounded. */
  private Json free(Json value, String path, int level) {
    if (level > LEVELS_MAX) {
      return bad("payload", "must be at most " + LEVELS_MAX + " levels deep");
    }
    return switch (value) {
      case Json.Str text -> Json.of(Texts.clean(text.value()));
      case Json.Arr array ->
          Json.array(array.items().stream().map(item -> free(item, path, level + 1)).toList());
      case Json.Obj object -> {
        Map<String, Json> out = new LinkedHashMap<>();
        object
            .members()
            .forEach((name, item) -> out.put(Texts.clean(name), free(item, path, level + 1)));
        yield new Json.Obj(out);
      }
      default -> value;
    };
  }

  private Json oneOf(Shape.OneOf words, Json value, String path) {
    return value instanceof Json.Str text && words.words().contains(text.value())
        ? value
        : bad(path, "must be one of: " + String.join(", ", words.words()));
  }

  private Json plain(Shape.Kind kind, Json value, String path) {
    Optional<Json> good =
        switch (kind) {
          case INT -> value instanceof Json.Num number ? integer(number) : Optional.empty();
          case NUM ->
              value instanceof Json.Num number && number.text().length() <= NUMBER_LENGTH_MAX
                  ? Optional.of(value)
                  : Optional.empty();
          case BOOL -> value instanceof Json.Bool ? Optional.of(value) : Optional.empty();
          default ->
              value instanceof Json.Str text
                  ? text(kind, Texts.clean(text.value())).map(Json::of)
                  : Optional.empty();
        };
    return good.orElseGet(() -> bad(path, "must be " + kind.words()));
  }

  private static Optional<String> text(Shape.Kind kind, String text) {
    return switch (kind) {
      case LABEL -> kept(text, Texts.length(text) <= LABEL_LENGTH_MAX);
      case URL -> kept(text, Texts.isUrl(text));
      case URI ->
          kept(
              text,
              !text.isEmpty() && text.getBytes(StandardCharsets.UTF_8).length <= URI_BYTES_MAX);
      case COLOUR -> kept(text, COLOUR.matcher(text).matches());
      case COUNTRY -> kept(text, COUNTRY.matcher(text).matches());
      case TIME -> Times.parse(text).map(Times::format);
      case DATE -> kept(text, isDate(text));
      default -> Optional.of(text);
    };
  }

  private static Optional<String> kept(String text, boolean good) {
    return good ? Optional.of(text) : Optional.empty();
  }

  private static boolean isDate(String text) {
    try {
      return text.length() == 10 && LocalDate.parse(text) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static Optional<Json> integer(Json.Num number) {
    if (number.text().length() > NUMBER_LENGTH_MAX) {
      return Optional.empty();
    }
    try {
      BigDecimal value = number.value();
      return Math.abs((long) value.scale()) > NUMBER_LENGTH_MAX
          ? Optional.empty()
          : Optional.of(Json.of(value.longValueExact()));
    } catch (ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Json bad(String path, String rule) {
    faults.add(path, rule);
    return Json.nil();
  }
}
