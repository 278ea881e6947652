// The optimizers against five steps of Keras, and against the values of Keras's own tests.
#include "optimizers/two_weights.hpp"
#include "saving/json_fields.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;
using sumi::testing::require_close;
using sumi::testing::TwoWeights;

namespace {

/// What some weights become when they get one gradient after the other.
std::vector<float> updated(const Optimizer& optimizer, const std::vector<float>& start,
                           const std::vector<std::vector<float>>& gradients) {
  const state::ParameterTable table({testing::parameter("a", "b", {static_cast<std::int64_t>(start.size())})});
  state::Arena weights(table.floats()), arena(table.floats());
  std::copy(start.begin(), start.end(), weights.data());
  optimizers::OptimizerState state(optimizer, table);
  for (const std::vector<float>& gradient : gradients) {
    std::copy(gradient.begin(), gradient.end(), arena.data());
    state.apply(weights, arena, {true});
  }
  return {weights.data(), weights.data() + start.size()};
}

const std::vector<float> ramp = {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F, 1.0F};
const std::vector<std::vector<float>> five_gradients = {std::vector<float>(10, 0.01F), ramp, ramp, ramp, ramp};

}  // namespace

TEST_CASE("five steps are Keras's") {
  struct Case {
    const char* name;
    Optimizer optimizer;
    std::vector<float> values;
  };
  const std::vector<Case> cases = {
      {"SGD",
       SGD{.learning_rate = 0.1},
       {-0.685000002F, -0.129999995F, 0.728000045F, -0.534999967F, 0.0199999921F, 0.978999972F, -0.689999998F,
        0.268999994F, 0.925000012F}},
      {"SGD with momentum",
       SGD{.learning_rate = 0.1, .momentum = 0.9},
       {-0.445240855F, -0.191572607F, 0.62870568F, -0.376681834F, -0.123013601F, 1.04460371F, -0.816725373F,
        0.350891888F, 1.01816535F}},
      {"SGD, Nesterov",
       SGD{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true},
       {-0.383716762F, -0.266415328F, 0.663835108F, -0.352013737F, -0.234712243F, 1.10914338F, -0.921052814F,
        0.422802716F, 1.0133487F}},
      {"Adam",
       Adam{.learning_rate = 0.01},
       {-0.735645711F, -0.0564377755F, 0.681990921F, -0.54096514F, 0.112725206F, 0.904575527F, -0.606443644F,
        0.186243594F, 0.949675083F}},
      {"amsgrad where second moments fall",
       Adam{.learning_rate = 0.05, .beta_2 = 0.5, .amsgrad = true, .weight_decay = 0.01},
       {-0.564585865F, -0.0925388411F, 0.609360754F, -0.394091785F, -0.0422057211F, 0.916124403F, -0.75537461F,
        0.20609352F, 1.05675268F}},
      {"RMSprop",
       RMSprop{.learning_rate = 0.01},
       {-0.713960588F, -0.116496168F, 0.688890874F, -0.536418498F, 0.0236677844F, 0.926488161F, -0.69817704F,
        0.209240571F, 0.934151411F}},
      {"RMSprop with momentum",
       RMSprop{.learning_rate = 0.01, .momentum = 0.9},
       {-0.543861508F, -0.160299629F, 0.577741742F, -0.382949501F, -0.215804383F, 0.925147057F, -0.940480173F,
        0.211589471F, 1.05989194F}},
      {"RMSprop, centered",
       RMSprop{.learning_rate = 0.01, .centered = true},
       {-0.70772773F, -0.123913884F, 0.684657931F, -0.532355785F, 0.00654623099F, 0.926029742F, -0.714699745F,
        0.209138349F, 0.937134981F}},
      {"RMSprop, centered with momentum",
       RMSprop{.learning_rate = 0.01, .momentum = 0.9, .centered = true},
       {-0.523327887F, -0.168972164F, 0.561585188F, -0.367339104F, -0.254519284F, 0.920470774F, -0.977793396F,
        0.207591876F, 1.07177377F}},
      {"AdamW",
       AdamW{.learning_rate = 0.01},
       {-0.7354936F, -0.0564301424F, 0.681853831F, -0.540852904F, 0.112697028F, 0.904396534F, -0.606327832F,
        0.186208501F, 0.949487686F}},
      {"AdamW, amsgrad",
       AdamW{.learning_rate = 0.05, .weight_decay = 0.1, .beta_2 = 0.5, .amsgrad = true},
       {-0.549400687F, -0.0919660032F, 0.595367193F, -0.383243948F, -0.0438105687F, 0.896651864F, -0.740999281F,
        0.202588648F, 1.03441393F}},
      {"Nadam",
       Nadam{.learning_rate = 0.01},
       {-0.753899097F, -0.067807883F, 0.695156932F, -0.561486244F, 0.110698707F, 0.909069002F, -0.609815836F,
        0.190212011F, 0.927804053F}},
      {"Nadam with other betas",
       Nadam{.learning_rate = 0.01, .beta_1 = 0.5, .beta_2 = 0.67, .epsilon = 1e-3},
       {-0.748273611F, -0.0762833506F, 0.700933933F, -0.561941564F, 0.100764021F, 0.918066442F, -0.619506598F,
        0.199331209F, 0.922728181F}},
      {"Nadam, whose product advances with updates, not with steps",
       Nadam{.learning_rate = 0.01, .gradient_accumulation_steps = 2},
       {-0.765065014F, -0.0608696677F, 0.69628197F, -0.567267776F, 0.139474422F, 0.920869768F, -0.580617905F,
        0.200856149F, 0.928780675F}},
      {"Adamax",
       Adamax{.learning_rate = 0.01},
       {-0.744532108F, -0.0467587933F, 0.682686508F, -0.549252152F, 0.124517284F, 0.902057946F, -0.594420254F,
        0.183200866F, 0.944016516F}},
      {"Adagrad",
       Adagrad{.learning_rate = 0.1},
       {-0.612516999F, -0.22324264F, 0.684856176F, -0.480088651F, -0.0949065834F, 0.97714144F, -0.803257883F,
        0.266751349F, 0.942239523F}},
      {"Adagrad from another beginning",
       Adagrad{.learning_rate = 0.1, .initial_accumulator_value = 0.5, .epsilon = 0.01},
       {-0.669237614F, -0.149811432F, 0.709251225F, -0.522508323F, -0.000780176371F, 0.96967566F, -0.711449742F,
        0.258396834F, 0.928291559F}},
      {"Adadelta",
       Adadelta{.learning_rate = 1.0},
       {-0.776312828F, -0.0491861999F, 0.70100379F, -0.577847183F, 0.148497134F, 0.902802467F, -0.571845591F,
        0.18307285F, 0.920170665F}},
      {"Adadelta with another rho",
       Adadelta{.learning_rate = 1.0, .rho = 0.8, .epsilon = 1e-3},
       {-0.589522541F, -0.360397637F, 0.763457417F, -0.476164788F, -0.294000566F, 1.05604935F, -0.984464884F,
        0.349490017F, 0.922049403F}},
      {"Lion",
       Lion{.learning_rate = 0.01},
       {-0.730000019F, -0.0699999928F, 0.709999979F, -0.550000012F, 0.109999985F, 0.929999948F, -0.609999955F,
        0.210000023F, 0.930000007F}},
      {"Lion with decay and averages",
       Lion{.learning_rate = 0.01,
            .beta_1 = 0.5,
            .beta_2 = 0.75,
            .weight_decay = 0.1,
            .use_ema = true,
            .ema_momentum = 0.9,
            .ema_overwrite_frequency = 2},
       {-0.754256427F, -0.0438131839F, 0.700239599F, -0.574733973F, 0.135736987F, 0.901759386F, -0.582543671F,
        0.183478847F, 0.9196859F}},
      {"Ftrl",
       Ftrl{.learning_rate = 0.1},
       {-0.136145025F, -0.183558896F, 0.20054017F, -0.0659085587F, -0.252102107F, 0.443933934F, -0.247684911F,
        0.156819373F, 0.198220506F}},
      {"Ftrl with all its arguments",
       Ftrl{.learning_rate = 0.05,
            .learning_rate_power = -0.2,
            .initial_accumulator_value = 0.4,
            .l1_regularization_strength = 0.05,
            .l2_regularization_strength = 0.15,
            .l2_shrinkage_regularization_strength = 0.01,
            .beta = 0.3},
       {0.0F, -0.0351037458F, 0.0300703235F, 0.0F, -0.054463055F, 0.0751921907F, -0.0505967736F, 0.0400564559F,
        0.0158021189F}},
      {"Ftrl with all but the power",
       Ftrl{.learning_rate = 0.1,
            .l1_regularization_strength = 0.05,
            .l2_regularization_strength = 0.15,
            .l2_shrinkage_regularization_strength = 0.01,
            .beta = 0.3},
       {-0.0712159723F, -0.10092286F, 0.11949072F, -0.0291460268F, -0.146982983F, 0.277852595F, -0.139958948F,
        0.106575638F, 0.0945572481F}},
      {"Ftrl of one rate",
       Ftrl{.learning_rate = 0.1, .learning_rate_power = 0.0},
       {0.0950000063F, -0.0899999961F, 0.0280000027F, 0.0450000055F, -0.140000001F, 0.0789999962F, -0.129999995F,
        0.0890000015F, 0.00499999989F}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    TwoWeights model;
    require_close(model.train(c.optimizer, 5), c.values);
    REQUIRE(model.padding_is_zero());
  }
}

TEST_CASE("the first step of Adam and RMSprop does not depend on the gradient's size") {
  const std::vector<float> start = {1, 2, 3, 4};
  const std::vector<std::vector<float>> gradient = {{1, 6, 7, 2}};
  require_close(updated(Adam{.learning_rate = 0.5}, start, gradient), {0.5F, 1.5F, 2.5F, 3.5F}, 1e-4);
  require_close(updated(RMSprop{.learning_rate = 0.5}, start, gradient), {-0.5811F, 0.4189F, 1.4189F, 2.4189F}, 1e-4);
}

TEST_CASE("Keras's golden values of amsgrad and of SGD, whose nesterov means nothing without momentum") {
  const std::vector<float> ones(10, 1.0F);
  require_close(updated(Adam{.amsgrad = true}, ones, five_gradients), std::vector<float>(10, 0.9955F), 5e-4);
  require_close(updated(SGD{.nesterov = true}, ones, five_gradients),
                {0.9959F, 0.9919F, 0.9879F, 0.9839F, 0.9799F, 0.9759F, 0.9719F, 0.9679F, 0.9639F, 0.9599F}, 1e-6);
}

TEST_CASE("Adam without epsilon leaves the floats between weights zero") {
  TwoWeights model;
  model.train(Adam{.epsilon = 0.0}, 1);
  REQUIRE(model.padding_is_zero());
}

TEST_CASE("slots are those of the options") {
  const auto names = [](const Optimizer& optimizer) {
    std::string all;
    for (const OptimizerSlot& slot : optimizer->slots()) all += slot.name + std::to_string(slot.group) + " ";
    return all;
  };
  REQUIRE(names(SGD{}).empty());
  REQUIRE(names(SGD{.momentum = 0.5}) == "momentum0 ");
  REQUIRE(names(Adam{}) == "momentum0 velocity0 ");
  REQUIRE(names(Adam{.amsgrad = true}) == "momentum0 velocity0 velocity_hat1 ");
  REQUIRE(names(RMSprop{}) == "velocity0 ");
  REQUIRE(names(RMSprop{.momentum = 0.5, .centered = true}) == "velocity0 momentum1 average_gradient2 ");
  REQUIRE(names(AdamW{.amsgrad = true}) == "momentum0 velocity0 velocity_hat1 ");
  REQUIRE(names(Nadam{}) == "momentum0 velocity0 variable1 ");
  REQUIRE(names(Adamax{}) == "momentum0 norm0 ");
  REQUIRE(names(Adagrad{}) == "accumulator0 ");
  REQUIRE(names(Adadelta{}) == "accumulated_grad0 accumulated_delta_var0 ");
  REQUIRE(names(Lion{}) == "momentum0 ");
  REQUIRE(names(Ftrl{}) == "accumulator0 linear0 ");
}

TEST_CASE("configurations have Keras's keys in Keras's order") {
  const std::string common =
      R"("weight_decay":null,"clipnorm":null,"global_clipnorm":null,"clipvalue":null,"use_ema":false,)"
      R"("ema_momentum":0.99,"ema_overwrite_frequency":null,"loss_scale_factor":null,)"
      R"("gradient_accumulation_steps":null,)";
  REQUIRE(saving::to_config(Optimizer(Adam{.name = "adam"})).dump() ==
          R"({"name":"adam","learning_rate":0.0010000000474974513,)" + common +
              R"("beta_1":0.9,"beta_2":0.999,"epsilon":1e-07,"amsgrad":false})");
  REQUIRE(saving::to_config(Optimizer(SGD{.name = "sgd"})).dump() ==
          R"({"name":"sgd","learning_rate":0.009999999776482582,)" + common + R"("momentum":0.0,"nesterov":false})");
  REQUIRE(saving::to_config(Optimizer(RMSprop{.name = "rm_sprop"})).dump() ==
          R"({"name":"rm_sprop","learning_rate":0.0010000000474974513,)" + common +
              R"("rho":0.9,"momentum":0.0,"epsilon":1e-07,"centered":false})");
  const std::string begin = R"({"name":"o","learning_rate":0.0010000000474974513,)";
  const auto own = [&](Optimizer optimizer) {
    const std::string text = saving::to_config(optimizer).dump();
    REQUIRE(text.starts_with(begin + common));
    return text.substr(begin.size() + common.size());
  };
  REQUIRE(saving::to_config(Optimizer(AdamW{.name = "o"})).dump() ==
          begin + R"("weight_decay":0.004,)" + common.substr(common.find("\"clipnorm")) +
              R"("beta_1":0.9,"beta_2":0.999,"epsilon":1e-07,"amsgrad":false})");
  REQUIRE(own(Nadam{.name = "o"}) == R"("beta_1":0.9,"beta_2":0.999,"epsilon":1e-07})");
  REQUIRE(own(Adamax{.name = "o"}) == R"("beta_1":0.9,"beta_2":0.999,"epsilon":1e-07})");
  REQUIRE(own(Adagrad{.name = "o"}) == R"("initial_accumulator_value":0.1,"epsilon":1e-07})");
  REQUIRE(own(Adadelta{.name = "o"}) == R"("rho":0.95,"epsilon":1e-07})");
  REQUIRE(own(Lion{.name = "o"}) == R"("beta_1":0.9,"beta_2":0.99})");
  REQUIRE(own(Ftrl{.name = "o"}) ==
          R"("learning_rate_power":-0.5,"initial_accumulator_value":0.1,"l1_regularization_strength":0.0,)"
          R"("l2_regularization_strength":0.0,"l2_shrinkage_regularization_strength":0.0,"beta":0.0})");
}

TEST_CASE("SGD refuses a momentum outside [0, 1], also in a configuration") {
  for (const double momentum : {-1.0, 2.0}) {
    REQUIRE(error_text<ArgumentError>([&] {
              Optimizer(SGD{.momentum = momentum});
            }).starts_with("`momentum` must be a float between [0, 1]."));
  }
  Optimizer optimizer = SGD{};
  REQUIRE_THROWS_AS(saving::read_config(optimizer, {{"momentum", 1.5}}), ArgumentError);
}
