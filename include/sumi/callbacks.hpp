// All callbacks.
#pragma once

#include "sumi/callbacks/backup_and_restore.hpp"
#include "sumi/callbacks/callback.hpp"
#include "sumi/callbacks/csv_logger.hpp"
#include "sumi/callbacks/early_stopping.hpp"
#include "sumi/callbacks/history.hpp"
#include "sumi/callbacks/lambda_callback.hpp"
#include "sumi/callbacks/learning_rate_scheduler.hpp"
#include "sumi/callbacks/model_checkpoint.hpp"
#include "sumi/callbacks/monitor_callback.hpp"
#include "sumi/callbacks/reduce_lr_on_plateau.hpp"
#include "sumi/callbacks/save_frequency.hpp"
#include "sumi/callbacks/swap_ema_weights.hpp"
#include "sumi/callbacks/terminate_on_nan.hpp"
