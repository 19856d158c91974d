package dev.catchment.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Static fields are constants: two nodes can run in one process without noticing each other. */
final class StaticStateTest {
  private static final List<Class<?>> CHANGEABLE =
      List.of(
          Appendable.class,
          AutoCloseable.class,
          ThreadLocal.class,
          Thread.class,
          java.nio.Buffer.class,
          java.text.Format.class,
          java.util.BitSet.class,
          java.util.Date.class,
          java.util.Iterator.class,
          java.util.random.RandomGenerator.class,
          java.util.concurrent.Executor.class,
          java.util.concurrent.Future.class,
          java.util.concurrent.Semaphore.class,
          java.util.concurrent.CountDownLatch.class,
          java.util.concurrent.locks.Lock.class,
          java.util.concurrent.locks.Condition.class);

  @Test
  void noStaticFieldCanChange() {
    assertThat(constants(House.main()).count()).as("fields looked at").isGreaterThan(15);
    assertThat(violations(House.main())).isEmpty();
  }

  @Test
  void everyKindOfChangeableFieldIsFound() {
    assertThat(violations(House.samples()))
        .containsExactlyInAnyOrder(
            "States.count: is not final",
            "States.ARRAY: is an array that others can change",
            "States.ATOMIC: is of a type made to change",
            "States.BUFFER: is of a type made to change",
            "States.LISTED: holds a collection that can change",
            "States.MAPPED: holds a collection that can change",
            "States.OWN: is of a class whose field last can change");
  }

  private static Stream<JavaField> constants(JavaClasses classes) {
    return classes.stream()
        .flatMap(type -> type.getFields().stream())
        .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
        .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC));
  }

  private static Set<String> violations(JavaClasses classes) {
    Set<String> found = new TreeSet<>();
    constants(classes)
        .forEach(field ->
            violation(field)
                .ifPresent(what ->
                    found.add(
                        field.getOwner().getSimpleName() + "." + field.getName() + ": " + what)));
    return found;
  }

  private static Optional<String> violation(JavaField field) {
    JavaClass type = field.getRawType();
    if (!field.getModifiers().contains(JavaModifier.FINAL)) {
      return Optional.of("is not final");
    }
    if (type.isArray()) {
      return field.getModifiers().contains(JavaModifier.PRIVATE)
          ? Optional.empty()
          : Optional.of("is an array that others can change");
    }
    if (type.getPackageName().equals("java.util.concurrent.atomic")
        || CHANGEABLE.stream().anyMatch(type::isAssignableTo)) {
      return Optional.of("is of a type made to change");
    }
    if (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class)) {
      return fixed(field) ? Optional.empty() : Optional.of("holds a collection that can change");
    }
    if (type.getPackageName().startsWith(House.ROOT)) {
      return type.getAllFields().stream()
          .filter(inner -> inner.getOwner().getPackageName().startsWith(House.ROOT))
          .filter(inner -> !inner.getModifiers().contains(JavaModifier.STATIC))
          .filter(inner -> !inner.getModifiers().contains(JavaModifier.FINAL))
          .findFirst()
          .map(inner -> "is of a class whose field " + inner.getName() + " can change");
    }
    return Optional.empty();
  }

  /** Looks at the value itself: {@code List} is also the type of lists that can change. */
  private static boolean fixed(JavaField field) {
    try {
      Field reflected = field.reflect();
      reflected.setAccessible(true);
      String name = String.valueOf(reflected.get(null).getClass().getName());
      return name.startsWith("java.util.ImmutableCollections$")
          || name.startsWith("java.util.Collections$Unmodifiable")
          || name.startsWith("java.util.Collections$Empty")
          || name.startsWith("java.util.Collections$Singleton");
    } catch (IllegalAccessException e) {
      throw new AssertionError(field.getFullName(), e);
    }
  }
}
