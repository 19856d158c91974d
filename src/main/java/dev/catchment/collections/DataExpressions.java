package dev.catchment.collections;

import dev.catchment.base.Failure;
import dev.catchment.log.EventFacts;
import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;
import dev.catchment.transform.TransformResult;
import dev.catchment.transform.Transforms;
import java.util.Optional;

/**
 * Folds events whose collection makes its data with an expression, and all others as they are. Safe
 * for use by several threads.
 */
public final class DataExpressions {
  private final Transforms transforms;
  private final EventViews views;

  /** Folds what is seen of events. */
  public DataExpressions(Transforms transforms, EventViews views) {
    this.transforms = transforms;
    this.views = views;
  }

  /**
   * What an event means to a collection. What the expression is given is what stands at the data
   * path; the event is skipped when it makes neither an object nor an array of it.
   */
  public Fold.Outcome fold(CollectionRow.FoldSpec spec, StoredEvent event) {
    Fold.Outcome outcome = Fold.of(spec, event, views.of(event));
    String expression = spec.options().shape().dataExpression();
    return expression != null
            && outcome instanceof Fold.Outcome.Change change
            && change.data() != null
        ? made(expression, change, event)
        : outcome;
  }

  private Fold.Outcome made(String expression, Fold.Outcome.Change change, StoredEvent event) {
    return switch (transforms.apply(
        expression, Optional.ofNullable(change.data()), EventFacts.of(event))) {
      case TransformResult.Made made ->
          new Fold.Outcome.Change(
              change.key(),
              made.value(),
              change.eventType(),
              change.sourceEventAt(),
              change.timeFellBack());
      case TransformResult.Failed failed -> new Fold.Outcome.Skipped("expression_failed");
    };
  }

  /** Where was looked in an event that was skipped for that reason, and what was found there. */
  String skipDetail(CollectionRow.FoldSpec spec, StoredEvent event, String reason) {
    return SkipDetail.of(spec, event, views.of(event), reason);
  }

  /**
   * Throws unless the expression of these options can be evaluated.
   *
   * @throws Failure {@code INVALID} with the position of what is wrong
   */
  public void check(CollectionOptions options) {
    String expression = options.shape().dataExpression();
    if (expression != null) {
      transforms.check(expression, "options.data_expression");
    }
  }
}
