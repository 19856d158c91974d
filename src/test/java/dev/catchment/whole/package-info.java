/** Tests of the packaged server: started, killed and stopped as users would. */
@NullMarked
package dev.catchment.whole;

import org.jspecify.annotations.NullMarked;
