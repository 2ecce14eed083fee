#include <sqlite3.h>

/* sqlite3_db_config takes a varying number of arguments, which Swift cannot pass. */
static inline int amirec_skip_checkpoint_on_close(sqlite3 *connection) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
